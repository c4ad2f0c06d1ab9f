import re

import pytest

from assistant.guardrails.document import dump
from assistant.guardrails.library import Library
from assistant.web.guardrails.form import TOPIC_ROWS, fields_of
from assistant.web.guardrails.steps import Steps

EVIL = '<script>alert(1)</script><img src=x onerror="alert(2)">'
BARE = "name: {name}\n{policies}blockedInputMessaging: Stopped.\nblockedOutputsMessaging: Withheld.\n"
RULES = """wordPolicyConfig: {wordsConfig: [{text: aardvark}]}
sensitiveInformationPolicyConfig: {piiEntitiesConfig: [{type: EMAIL, action: ANONYMIZE}]}
"""


@pytest.fixture
def steps(settings):
    return Steps(settings)


@pytest.fixture
def library(settings):
    return Library(settings.home / "guardrails")


def copied(library, **changes):
    """The form of a copy of the default guardrail, as the page sends it."""
    return {**fields_of(library.load("default")), "name": "mine", **changes}


def save(steps, fields, **more):
    where = {"name": "default", "version": "DRAFT", "new": True, "mode": "form"}
    return steps.take({"do": "save", **where, **more, "fields": fields})


def yaml(steps, text, **more):
    return save(steps, {"yaml": text}, mode="yaml", **more)


def test_the_shipped_guardrails_are_listed_with_the_one_in_force(steps):
    html = steps.take({"do": "list"}).html
    assert html.count("Ships with Etude") == 3
    assert html.count("In force") == 1
    assert "Copy and edit" in steps.take({"do": "show", "name": "strict"}).html


def test_every_policy_is_told_with_what_it_does_not_see(steps):
    html = steps.take({"do": "show", "name": "strict"}).html
    assert html.count("Does not see") == 4  # denied topics are off
    assert "High: in doubt too" in html
    assert "Removed below a score of 0.70" in html
    assert "Password, PIN" in html


def test_a_version_in_force_is_marked_and_one_that_is_missing_is_said(settings, library):
    library.save_draft("mine", library.load("default"))
    library.publish("mine", "first")
    in_force = Steps(settings.model_copy(update={"guardrail": "mine@1"}))
    assert "In force: version 1" in in_force.take({"do": "list"}).html
    assert "draft is the same as version 1" in in_force.take({"do": "show", "name": "mine"}).html
    lost = Steps(settings.model_copy(update={"guardrail": "mine@7"}))
    assert "has no version 7" in lost.take({"do": "list"}).html
    none = Steps(settings.model_copy(update={"guardrail": ""}))
    assert "No guardrail is in force" in none.take({"do": "list"}).html


def test_a_shipped_one_is_edited_as_a_copy_and_becomes_a_version(steps, library):
    opened = steps.take({"do": "edit", "name": "default"})
    assert 'value="my-default"' in opened.html
    saved = save(steps, copied(library))
    assert (saved.name, saved.address) == ("show", "guardrail=mine")
    assert "The draft is saved." in saved.html
    published = steps.take({"do": "publish", "name": "mine", "fields": {"description": "Mine."}})
    assert "also version 1" in published.html
    assert library.load("mine", 1).description == "Mine."
    assert library.load("default").name == "default"
    again = steps.take({"do": "show", "name": "mine", "version": "1"})
    assert "A version never changes." in again.html
    assert '"new": true' in steps.take({"do": "edit", "name": "mine", "version": "1"}).html.replace("&quot;", '"')


def test_own_ones_are_edited_in_place_and_deleted(steps, library):
    save(steps, copied(library))
    changed = copied(library, description="Changed.")
    save(steps, changed, name="mine", new=False)
    assert library.load("mine").description == "Changed."
    html = steps.take({"do": "delete", "name": "mine"}).html
    assert "mine is deleted." in html
    assert "mine" not in library.names()
    assert "stays as it is" in steps.take({"do": "delete", "name": "default"}).html


def test_a_copy_never_writes_over_another_guardrail(steps, library):
    save(steps, copied(library))
    for name in ("mine", "MINE", "strict"):
        html = save(steps, copied(library, name=name, description="Other.")).html
        assert f"There is a guardrail &#x27;{name}&#x27; already." in html
        assert 'value="Other."' in html
    assert library.load("mine").description != "Other."


def test_what_is_wrong_is_said_beside_the_field_and_nothing_typed_is_lost(steps, library):
    fields = copied(library, description="Kept as typed", name="not a name")
    html = save(steps, fields).html
    assert re.search(r'value="not a name"[^>]*aria-invalid="true"', html)
    assert 'id="wrong-name"' in html
    assert 'value="Kept as typed"' in html
    assert library.names() == ["default", "off", "strict"]


def test_topics_are_added_filled_and_removed(steps, library):
    where = {"name": "default", "new": True, "mode": "form"}
    added = steps.take({"do": "add", **where, "what": "topic", "fields": copied(library)})
    assert f'name="{TOPIC_ROWS}.0.definition"' in added.html
    topic = {"name": "Taxes", "definition": "How to pay less tax.", "examples": "Is it owed?\n", "type": "DENY"}
    fields = copied(library) | {f"{TOPIC_ROWS}.0.{name}": value for name, value in topic.items()}
    save(steps, fields)
    (saved,) = library.load("mine").topicPolicyConfig.topicsConfig
    assert saved.examples == ("Is it owed?",)
    removed = steps.take({"do": "remove", **where, "what": "topic", "row": 0, "fields": fields})
    assert f'name="{TOPIC_ROWS}.0.definition"' not in removed.html


def test_the_form_and_yaml_hold_the_same(steps, library):
    where = {"name": "default", "new": True}
    fields = copied(library, description="Over and back")
    as_yaml = steps.take({"do": "switch", **where, "mode": "form", "fields": fields})
    assert as_yaml.name == "yaml"
    assert "description: Over and back" in as_yaml.html
    text = dump(library.load("default").model_copy(update={"name": "mine", "description": "Over and back"}))
    back = steps.take({"do": "switch", **where, "mode": "yaml", "fields": {"yaml": text}})
    assert 'value="Over and back"' in back.html


def test_broken_yaml_is_one_sentence_and_stays_in_the_box(steps, library):
    for do in ("save", "switch"):
        shown = steps.take({"do": do, "name": "default", "new": True, "mode": "yaml", "fields": {"yaml": "name: [a"}})
        assert shown.name == "yaml"
        assert "not valid YAML in line" in shown.html
        assert "name: [a</textarea>" in shown.html
    wrong = yaml(steps, BARE.format(name="mine", policies="contentPolicy: {}\n"))
    assert "the nearest name is" in wrong.html
    yaml(steps, BARE.format(name="mine", policies=RULES))
    renamed = yaml(steps, BARE.format(name="other", policies=RULES), name="mine", new=False)
    assert "This guardrail is called" in renamed.html
    assert "name: other" in renamed.html


def test_a_text_is_tried_and_masked(steps, library):
    yaml(steps, BARE.format(name="mine", policies=RULES))
    typed = {"guardrail": "mine", "source": "INPUT", "text": "Mail bob@example.org about it."}
    html = steps.take({"do": "check", "fields": typed}).html
    assert "<b>Masked</b>" in html
    assert "Mail <mark>{EMAIL}</mark> about it." in html
    assert re.search(r"in [\d.]+ m?s", html)
    assert "Found nothing: words." in html
    blocked = steps.take({"do": "check", "fields": {**typed, "source": "OUTPUT", "text": "An AARDVARK."}}).html
    assert "<b>Blocked</b>" in blocked
    assert "Withheld." in blocked
    assert "Word of your list" in blocked
    kept = [file.read_bytes() for file in library.folder.parent.rglob("*") if file.is_file()]
    assert not [content for content in kept if b"bob@example.org" in content or b"AARDVARK" in content]


def test_what_cannot_be_tried_is_said_beside_the_text(steps):
    assert "There is no text to check" in steps.take({"do": "check", "fields": {"guardrail": "off"}}).html
    long = steps.take({"do": "check", "fields": {"guardrail": "off", "text": "x" * 200_001, "source": "nonsense"}})
    assert "200,001 characters" in long.html
    assert "There is no guardrail" in steps.take({"do": "check", "fields": {"guardrail": "gone", "text": "x"}}).html


def test_a_file_that_was_broken_by_hand_is_listed_and_can_be_deleted(steps, library):
    library.folder.mkdir(parents=True)
    (library.folder / "mine.yaml").write_text("name: [")
    assert "not valid YAML" in steps.take({"do": "list"}).html
    shown = steps.take({"do": "show", "name": "mine"}).html
    assert "not valid YAML" in shown
    assert "Delete mine" in shown
    assert "mine" not in re.findall(r'<option value="([^"]+)"', steps.take({"do": "try"}).html)


def test_addresses_lead_back(steps):
    assert steps.opening({}).name == "list"
    assert steps.opening({"guardrail": "strict"}).title == "strict"
    assert steps.opening({"guardrail": "strict", "doing": "copy"}).address == "doing=copy&guardrail=strict"
    assert steps.opening({"guardrail": "strict", "doing": "try"}).address == "doing=try&guardrail=strict"
    assert "There is no guardrail" in steps.opening({"guardrail": "gone"}).html
    for strange in ("../strict", EVIL, "a" * 300, "\x00"):
        for doing in ("", "edit", "try"):
            html = steps.opening({"guardrail": strange, "version": strange, "doing": doing}).root("guardrails", 1)
            assert "<script" not in html


def test_strange_steps_become_screens(steps):
    for data in (
        {},
        {"do": 5},
        {"do": "save"},
        {"do": "check", "fields": 3},
        {"do": "add", "what": "x"},
        {"do": "show"},
    ):
        assert steps.take(data).html


def test_typed_text_is_shown_as_text(steps, library):
    fields = copied(library, description=EVIL, blockedInputMessaging=EVIL)
    screens = [
        save(steps, {**fields, "name": EVIL}),
        save(steps, fields),
        steps.take({"do": "edit", "name": "mine"}),
        steps.take({"do": "list"}),
        yaml(steps, EVIL),
        steps.take({"do": "check", "fields": {"guardrail": "off", "text": EVIL}}),
    ]
    for screen in screens:
        assert "<script" not in screen.root("guardrails", 1)
        assert "<img" not in screen.root("guardrails", 1)
