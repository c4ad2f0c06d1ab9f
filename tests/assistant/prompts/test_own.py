import pytest

from assistant.errors import InputError, SettingsError
from assistant.prompts import PromptLibrary
from assistant.prompts.own import delete, save

MINE = """id = "{id}"
name = "Mine"
version = {version}
description = "A greeting."
variables = {{ who = "line" }}
system = "Be kind."
user = "{said} {{who}}"
"""


@pytest.fixture
def library(settings):
    return PromptLibrary.of(settings)


def mine(version=1, said="Greet", template_id="greet"):
    return MINE.format(id=template_id, version=version, said=said)


def test_a_version_that_is_replaced_can_still_be_read(library):
    save(library, mine(1))
    save(library, mine('"1.2.0"', "Meet"), "greet")
    assert library.load("greet").messages(who="Ada")[-1].content == "Meet Ada"
    assert library.load("greet@1").messages(who="Ada")[-1].content == "Greet Ada"
    with pytest.raises(InputError, match=r'Line 3 names version 1, .* Write "1.2.1" there'):
        save(library, mine(1, "Meet"), "greet")
    save(library, mine(1), "greet")
    assert library.load("greet").version == 1


def test_an_override_has_the_variables_of_what_it_replaces_and_gives_way_when_it_is_deleted(library):
    shipped = library.shipped("rewrite")
    text = shipped.file.read_text(encoding="utf-8")
    with pytest.raises(InputError, match="Line 3 names version"):
        save(library, text + "# mine\n", "rewrite")
    with pytest.raises(SettingsError, match="must have its variables"):
        save(library, mine(9, template_id="rewrite"), "rewrite")
    changed = text.replace(f"version = {shipped.version}", f"version = {shipped.version + 1}")
    assert save(library, changed, "rewrite").file.parent == library.own
    assert library.load("rewrite").version == shipped.version + 1
    delete(library, "rewrite")
    assert library.load("rewrite").version == shipped.version
    with pytest.raises(InputError, match="no prompt template 'rewrite' of your own"):
        delete(library, "rewrite")


def test_what_is_wrong_is_said_with_its_line_and_nothing_is_written(library):
    for text, said in (
        (mine().replace("system =", "sytem ="), r"line 6.*sytem is not a key"),
        (mine().replace('"Be kind."', '"Be kind'), "line 6"),
        (mine(template_id="../up"), "line 1.*id has to be small letters"),
        (mine(0), "line 3.*version has to be a whole number from 1"),
    ):
        with pytest.raises(SettingsError, match=said):
            save(library, text)
    with pytest.raises(InputError, match="Line 1 names 'answer', which is another template"):
        save(library, mine(template_id="answer"), "greet")
    assert not library.own.exists()
