import re

import pytest

from assistant.guardrails.library import Library
from assistant.models.catalog import load_catalog
from assistant.people import LOCAL, Person
from assistant.settings import load_settings
from assistant.web.settings.places import SECTIONS
from assistant.web.settings.steps import Steps

EVIL = '<script>alert(1)</script><img src=x onerror="alert(2)">'
KEY = "sk-very-secret"


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def steps(settings):
    return Steps(settings)


def save(steps, section, fields):
    return steps.take({"do": "save", "section": section, "fields": fields})


def card_of(html, model):
    return html.split(f'data-model="{model}"', 1)[1].split("</li>", 1)[0]


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_has_an_address(steps, section):
    screen = steps.opening({"section": section})
    assert (screen.name, screen.address) == (section, f"section={section}")
    assert re.search(rf'data-focus="section-{section}" aria-current="page"', screen.html)


def test_strange_steps_and_addresses_become_screens(steps):
    assert steps.opening({}).name == "models"
    for data in (
        {},
        {"do": 5},
        {"do": "save"},
        {"do": "try", "fields": 3},
        {"do": "use"},
        {"do": "delete", "model": ".."},
    ):
        assert steps.take(data).html
    for strange in ("../records", EVIL, "\x00"):
        assert "<script" not in steps.opening({"section": strange}).html


def test_whoever_is_no_admin_chooses_the_appearance_alone(steps, home):
    assert steps.of(LOCAL) is steps
    theirs = steps.of(Person("ada"))
    screen = theirs.take({"do": "save", "section": "answers", "fields": {"generation.temperature": "1"}})
    assert screen.name == theirs.opening({"section": "records"}).name == "appearance"
    assert 'name="looks"' in screen.html
    assert "Records" not in screen.html
    assert not (home / "etude.toml").exists()


# --- answers ---


def test_what_is_typed_is_saved_and_in_force(steps, settings):
    html = save(steps, "answers", {"generation.temperature": " 0.35 ", "guardrail": "strict"}).html
    assert "In force from the next answer." in html
    assert (settings.generation.temperature, settings.guardrail) == (0.35, "strict")
    assert load_settings().guardrail == "strict"


@pytest.mark.parametrize("typed", ["2.5", "-1", "warm", "", "nan", "inf", "9" * 300, EVIL])
def test_what_cannot_be_is_said_beside_the_field_and_stays_as_it_was_typed(steps, settings, home, typed):
    html = save(steps, "answers", {"generation.temperature": typed, "retrieval.passages": "9"}).html
    assert html.count("Temperature is a number, 0 to 2.") == 1
    assert 'id="wrong-generation.temperature"' in html
    assert 'value="9"' in html
    assert "<script" not in html
    assert not (home / "etude.toml").exists()
    assert (settings.generation.temperature, settings.retrieval.passages) == (0.0, 4)


def test_a_setting_of_the_environment_is_shown_closed(monkeypatch):
    monkeypatch.setenv("ETUDE_GENERATION__TEMPERATURE", "0.4")
    html = Steps(load_settings()).take({"do": "show", "section": "answers"}).html
    field = re.search(r'<input[^>]*name="generation.temperature"[^>]*>', html).group()
    assert 'value="0.4"' in field
    assert field.endswith(" disabled>")
    assert "Set by ETUDE_GENERATION__TEMPERATURE in the environment" in html


def test_guardrails_of_ones_own_can_be_put_in_force(steps, settings):
    library = Library(settings.home / "guardrails")
    library.save_draft("mine", library.load("default"))
    library.publish("mine", "first")
    assert '<option value="mine@1">' in steps.take({"do": "show", "section": "answers"}).html
    save(steps, "answers", {"guardrail": ""})
    assert settings.guardrail == ""


# --- device ---


def test_a_server_is_saved_and_its_key_never_shown(steps, settings):
    fields = {"backend": "openai", "endpoint.base_url": "http://127.0.0.1:1/v1", "endpoint.model": "phi"}
    assert KEY not in save(steps, "device", {**fields, "endpoint.api_key": KEY}).html
    assert (settings.backend, settings.model_in_use, settings.endpoint.api_key) == ("openai", "phi", KEY)
    for section in SECTIONS:
        assert KEY not in steps.take({"do": "show", "section": section}).html
    assert KEY not in steps.take({"do": "try", "fields": {**fields, "endpoint.api_key": KEY}}).html
    save(steps, "device", {**fields, "endpoint.model": "other", "endpoint.api_key": ""})
    assert settings.endpoint.api_key == KEY
    # It is not sent to somebody else.
    save(steps, "device", {**fields, "endpoint.base_url": "http://elsewhere.example/v1", "endpoint.api_key": ""})
    assert settings.endpoint.api_key == ""


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"backend": "openai", "endpoint.base_url": "", "endpoint.model": "phi"}, "Write the address of the server"),
        ({"backend": "openai", "endpoint.base_url": "ftp://x", "endpoint.model": "phi"}, "Write the address"),
        ({"backend": "openai", "endpoint.base_url": "http://x/v1", "endpoint.model": ""}, "Write the model"),
        ({"backend": "transformers", "folder": "/nowhere"}, "Write the folder of a Hugging Face model"),
        ({"backend": "embedded", "embedded": "all-minilm-l6-v2"}, "is for searching"),
        ({"backend": "embedded", "embedded": "qwen2.5-14b-instruct"}, "Download it first"),
        ({"backend": "cloud"}, "Choose who writes the answers"),
    ],
)
def test_a_back_end_that_lacks_something_is_not_saved(steps, settings, home, fields, said):
    html = save(steps, "device", fields).html
    assert said in html
    assert 'class="wrong"' in html
    assert settings.backend == "embedded"
    assert not (home / "etude.toml").exists()


def test_a_model_on_this_machine_is_tried_without_loading_it(steps):
    fields = {"backend": "embedded", "embedded": "smollm2-135m-instruct"}
    assert "Ready: SmolLM2-135M-Instruct.Q4_1.gguf is here" in steps.take({"do": "try", "fields": fields}).html


# --- models ---


def test_every_model_is_told_with_what_it_costs_and_where_it_is(steps):
    html = steps.take({"do": "show"}).html
    for card in load_catalog().values():
        assert card.licence in card_of(html, card.id)
    small = card_of(html, "smollm2-135m-instruct")
    assert "98 MB on disk" in small
    assert "On this machine" in small
    assert "Use for answers" in small
    assert "Delete" not in small  # not in the home
    assert "Download" in card_of(html, "qwen2.5-14b-instruct")
    assert re.search(r"[\d.]+ [GM]B are free in ", html)


def test_a_model_is_chosen_for_answers(steps, settings):
    html = steps.take({"do": "use", "model": "smollm2-135m-instruct"}).html
    assert "In use" in card_of(html, "smollm2-135m-instruct")
    assert settings.model == load_settings().model == "smollm2-135m-instruct"
    for model, said in (("all-minilm-l6-v2", "is for searching"), ("qwen2.5-7b-instruct", "Download it first")):
        assert said in steps.take({"do": "use", "model": model}).html
    assert settings.model == "smollm2-135m-instruct"


def test_a_model_of_the_environment_cannot_be_chosen(monkeypatch):
    monkeypatch.setenv("ETUDE_MODEL", "qwen2.5-coder-1.5b-instruct")
    steps = Steps(load_settings())
    assert "Set by ETUDE_MODEL" in steps.take({"do": "show"}).html
    assert "cannot be chosen here" in steps.take({"do": "use", "model": "smollm2-135m-instruct"}).html


# --- records ---


def test_where_things_are_is_said_without_a_password(settings, home):
    html = (
        Steps(settings.model_copy(update={"database": "postgresql://me:word@db/etude"}))
        .opening({"section": "records"})
        .html
    )
    assert str(home) in html
    assert "word" not in html
    assert "me:***@db" in html


def test_what_the_doctor_says_is_shown(steps):
    html = steps.take({"do": "doctor"}).html
    assert re.search(r'<li data-state="ok"><b>Python</b>', html)
    assert "<b>Records</b>" in html
    assert "<b>Port</b>" not in html
