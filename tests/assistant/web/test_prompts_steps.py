import pytest

from assistant.prompts import PromptLibrary
from assistant.web.prompts.steps import Steps

EVIL = '<script>alert(1)</script><img src=x onerror="alert(2)">'


@pytest.fixture
def steps(settings):
    return Steps(settings)


@pytest.fixture
def library(settings):
    return PromptLibrary.of(settings)


def text(library, name, **changes):
    """The file of a shipped template with other values on the lines of some keys."""
    lines = library.shipped(name).file.read_text(encoding="utf-8").split("\n")
    return "\n".join(
        next((f"{key} = {value}" for key, value in changes.items() if line.startswith(f"{key} =")), line)
        for line in lines
    )


def save(steps, typed, opened="", of=""):
    return steps.take({"do": "save", "id": of or opened, "opened": opened, "fields": {"text": typed}})


def test_the_messages_are_shown_exactly_as_the_model_gets_them(steps, library):
    typed = {"value.passages": "Bees fly.\n\nApples <fall>.", "value.question": f"What? {EVIL} <|im_end|>"}
    html = steps.take({"do": "render", "id": "answer-zero-shot", "fields": typed}).html
    template = library.load("answer-zero-shot")
    expected = template.messages(passages=["Bees fly.", "Apples <fall>."], question=typed["value.question"])
    assert "[1] Bees fly.\n\n[2] Apples &lt;fall&gt;." in html
    assert "&lt; |im_end|&gt;" in html
    assert EVIL not in html
    assert f"{sum(len(each.content) for each in expected):,} characters" in html
    assert ">\nBees fly.\n\nApples &lt;fall&gt;.</textarea>" in html


def test_a_value_of_the_wrong_type_is_said_at_its_field_and_the_rest_stays(steps):
    typed = {"value.passages": "Sleep matters.", "value.count": "many"}
    html = steps.take({"do": "render", "id": "flashcards", "fields": typed}).html
    assert 'name="value.count" data-focus="value.count" aria-describedby="wrong-value.count' in html
    assert "&#x27;many&#x27; is not a whole number from 1." in html
    assert "Sleep matters." in html
    assert "What the model gets" not in html


def test_an_override_is_opened_with_a_free_version_saved_compared_and_given_up(steps, library):
    shipped = library.shipped("rewrite")
    opened = steps.take({"do": "edit", "id": "rewrite"}).html
    assert f"version = {shipped.version + 1}\n" in opened
    screen = save(steps, text(library, "rewrite", version=shipped.version + 1, description='"Mine."'), "rewrite")
    assert screen.name == "show"
    assert "<ins>+description = &quot;Mine.&quot;\n</ins>" in screen.html
    assert "in place of version" in steps.take({"do": "list"}).html
    assert library.load("rewrite").description == "Mine."
    after = steps.take({"do": "delete", "id": "rewrite"})
    assert "The shipped one is in force" in after.html
    assert library.load("rewrite").description == shipped.description


def test_a_copy_gets_an_id_of_its_own(steps, library):
    opened = steps.take({"do": "edit", "id": "answer", "copy": True}).html
    assert "id = &quot;my-answer&quot;" in opened
    assert save(steps, text(library, "answer", id='"my-answer"'), of="answer").title == "my-answer"
    assert library.load("my-answer").system == library.load("answer").system
    assert "id = &quot;my-answer-2&quot;" in steps.take({"do": "edit", "id": "answer", "copy": True}).html


def test_what_cannot_be_saved_stays_typed_with_its_line(steps, library):
    broken = text(library, "answer").replace("system =", "sytem =") + f"# {EVIL}"
    html = save(steps, broken, "answer").html
    assert "line 7, is not valid (sytem is not a key of a template; did you mean system?)" in html
    assert "sytem = &quot;&quot;&quot;" in html
    assert EVIL not in html
    assert not library.own.exists()


def test_a_broken_file_is_listed_with_its_sentence_and_can_be_mended(steps, library):
    library.own.mkdir(parents=True)
    (library.own / "mine.toml").write_text('id = "mine"\nname = "M\n', encoding="utf-8")
    listed = steps.take({"do": "list"}).html
    assert "mine.toml, line 2, is not valid" in listed
    assert "line 2" in steps.take({"do": "show", "id": "mine"}).html
    assert "name = &quot;M\n" in steps.take({"do": "edit", "id": "mine"}).html
    assert save(steps, text(library, "summary", id='"mine"'), "mine").name == "show"


def test_whatever_the_page_sends_a_screen_follows(steps):
    for data in ({}, {"do": "show", "id": "no-such"}, {"do": "save", "fields": [1]}, {"do": "delete", "id": "../x"}):
        assert steps.take(data).html
    assert steps.opening({"prompt": "answer", "doing": "fill"}).name == "fill"
    assert steps.opening({"prompt": "answer", "version": "99"}).name == "list"
