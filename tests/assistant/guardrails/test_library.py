from concurrent.futures import ThreadPoolExecutor

import pytest

from assistant.errors import InputError
from assistant.guardrails.document import PII_TYPES, dump
from assistant.guardrails.library import SHIPPED, Library


@pytest.fixture
def library(home):
    return Library(home / "guardrails")


def test_shipped_guardrails_load_and_differ_in_strictness(library):
    assert library.names() == ["default", "off", "strict"]
    default, off, strict = map(library.load, SHIPPED)
    assert off.model_dump(exclude_defaults=True).keys() == {
        "name",
        "description",
        "blockedInputMessaging",
        "blockedOutputsMessaging",
    }
    assert len(strict.sensitiveInformationPolicyConfig.piiEntitiesConfig) == len(PII_TYPES)
    assert {each.type for each in default.contentPolicyConfig.filtersConfig} == {
        each.type for each in strict.contentPolicyConfig.filtersConfig
    }


def test_a_copy_is_edited_and_its_versions_never_change(library):
    library.save_draft("mine", library.load("default"))
    assert library.publish("mine", "as shipped") == 1
    edited = library.load("mine").model_copy(update={"wordPolicyConfig": None})
    library.save_draft("mine", edited)
    assert library.publish("mine") == 2
    assert library.versions("mine") == ["DRAFT", "1", "2"]
    assert library.names()[-1] == "mine"
    first, second = library.load("mine", "1"), library.load("mine", 2)
    assert first.description == "as shipped"
    assert (first.wordPolicyConfig is None, second.wordPolicyConfig is None) == (False, True)
    assert library.load("default").wordPolicyConfig
    library.delete("mine")
    assert "mine" not in library.names()


def test_a_file_put_there_by_hand_is_a_draft(library):
    library.folder.mkdir(parents=True)
    text = dump(library.load("off")).replace("'off'", "by-hand")
    (library.folder / "by-hand.yaml").write_text(text, encoding="utf-8")
    (library.folder / "other.yaml").write_text(text, encoding="utf-8")
    assert library.versions("by-hand") == ["DRAFT"]
    assert library.load("by-hand").contentPolicyConfig is None
    with pytest.raises(InputError, match="says it is 'by-hand'"):
        library.load("other")


def test_many_who_publish_at_once_get_a_number_each(library):
    library.save_draft("mine", library.load("off"))
    with ThreadPoolExecutor(4) as pool:
        numbers = list(pool.map(lambda _: Library(library.folder).publish("mine"), range(12)))
    assert sorted(numbers) == list(range(1, 13))
    assert [file.name for file in library.folder.glob(".*.part")] == []


@pytest.mark.parametrize(
    ("act", "says"),
    [
        (lambda library: library.load("../secrets"), "cannot be named"),
        (lambda library: library.load("a" * 51), "cannot be named"),
        (lambda library: library.load("default", "1/../2"), "has no version"),
        (lambda library: library.load("nobody"), "There is no guardrail 'nobody'; there are default, off, strict."),
        (lambda library: library.load("default", 3), "has no version 3; there are DRAFT."),
        (lambda library: library.save_draft("Strict", library.load("off")), "ships with Etude"),
        (lambda library: library.publish("default"), "ships with Etude"),
        (lambda library: library.publish("nobody"), "There is no guardrail"),
        (lambda library: library.delete("nobody"), "There is no guardrail"),
        (lambda library: library.delete("off"), "ships with Etude"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(library, act, says):
    with pytest.raises(InputError) as refused:
        act(library)
    assert says in str(refused.value)
    assert not any(library.folder.glob("*.yaml"))


def test_a_broken_file_is_named_with_the_line(library):
    library.folder.mkdir(parents=True)
    (library.folder / "mine.yaml").write_text("name: mine\nblockedInput: x\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"mine\.yaml.*\(line 2\).*'blockedInputMessaging'"):
        library.load("mine")


def test_a_copy_changed_in_memory_is_validated_before_it_is_saved(library):
    wrong = library.load("off").model_copy(update={"blockedInputMessaging": ""})
    with pytest.raises(InputError, match="blockedInputMessaging"):
        library.save_draft("mine", wrong)
