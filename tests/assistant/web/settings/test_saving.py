import stat

import pytest

from assistant.errors import SettingsError
from assistant.settings import Settings, load_settings
from assistant.web.settings.known import WrongValue
from assistant.web.settings.saving import SECRET, Saving

MINE = """# What I use.
context_length = 2048  # enough

[generation]
# Not too dull.
temperature = 0.2
"""


@pytest.fixture
def file(home, tmp_path, monkeypatch):
    """The etude.toml of the home; the current folder has none."""
    monkeypatch.chdir(tmp_path)
    return home / "etude.toml"


@pytest.fixture
def saving(file, settings):
    return Saving(settings)


def test_what_is_saved_is_in_force_and_what_the_file_says(saving, settings, file):
    before = settings.generation
    said = saving.save({"generation.temperature": 0.7, "retrieval.passages": 6, "model": "smollm2-135m-instruct"})
    assert said == f"Saved in {file}. In force from the next answer."
    assert (settings.generation.temperature, settings.retrieval.passages) == (0.7, 6)
    assert before.temperature == 0.0  # what is being answered keeps its own
    again = load_settings()
    assert (again.generation, again.retrieval, again.model) == (settings.generation, settings.retrieval, settings.model)


def test_comments_stay_and_nothing_else_changes(file):
    file.write_text(MINE)
    Saving(load_settings()).save({"generation.temperature": 0.7, "threads": 1})
    lines = file.read_text().splitlines()
    assert [line for line in MINE.splitlines() if line not in lines] == ["temperature = 0.2"]
    assert {line for line in lines if line not in MINE.splitlines()} == {"threads = 1", "temperature = 0.7"}
    assert load_settings().threads == 1


def test_the_file_of_the_current_folder_is_written_where_it_counts(file, tmp_path):
    local = tmp_path / "etude.toml"
    local.write_text("threads = 1\n")
    Saving(load_settings()).save({"threads": 2})
    assert local.read_text() == "threads = 2\n"
    assert not file.exists()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("generation.temperature", 2.1, "Temperature is a number, 0 to 2."),
        ("generation.max_tokens", 0, "Length is a whole number, 1 to 32,768."),
        ("generation.top_p", 0.0, "Top-p is a number, above 0, up to 1."),
        ("records.keep_days", 0, "Keep records for is a whole number, 1 to 36,500, or nothing."),
        ("backend", "cloud", "Who writes the answers cannot be that."),
    ],
)
def test_a_value_out_of_range_is_one_sentence_and_nothing_is_written(saving, settings, file, name, value, said):
    before = settings.model_copy(deep=True)
    with pytest.raises(WrongValue) as raised:
        saving.save({"retrieval.passages": 6, name: value})
    assert (raised.value.field, str(raised.value)) == (name, said)
    assert not file.exists()
    assert settings == before


@pytest.mark.parametrize("content", ["threads = [", 'temperature = "hot"', "threads = -1"])
def test_a_file_that_is_wrong_already_is_left_alone(saving, file, content):
    file.write_text(content)
    with pytest.raises(SettingsError, match="Nothing was saved"):
        saving.save({"retrieval.passages": 6})
    assert file.read_text() == content


def test_what_the_environment_sets_is_not_saved(monkeypatch, file):
    monkeypatch.setenv("ETUDE_GENERATION__TEMPERATURE", "0.4")
    monkeypatch.setenv("ETUDE_RETRIEVAL", '{"passages": 3}')
    saving = Saving(load_settings())
    assert "ETUDE_GENERATION__TEMPERATURE" in saving.forced("generation.temperature")
    assert "ETUDE_RETRIEVAL" in saving.forced("retrieval.passages")
    assert saving.forced("generation.top_k") == ""
    assert saving.save({"generation.temperature": 1.0, "retrieval.passages": 9}) == "Nothing was changed."
    assert not file.exists()
    assert saving.settings.generation.temperature == 0.4


def test_what_a_flag_sets_is_not_saved(file):
    saving = Saving(Settings(threads=3))
    assert "flag" in saving.forced("threads")
    assert saving.save({"threads": 1}) == "Nothing was changed."


def test_what_counts_after_a_restart_only_is_said_and_remembered(saving, settings, file):
    said = saving.save({"records.keep_days": 30})
    assert "once Etude is started again" in said
    assert settings.records.keep_days is None
    assert (saving.waits("records.keep_days"), saving.shown("records.keep_days")) == (True, "30")
    assert load_settings().records.keep_days == 30
    saving.save({"records.keep_days": None})
    assert load_settings().records.keep_days is None


def test_a_key_is_never_shown_and_nobody_else_can_read_it(saving, settings, file):
    file.write_text("threads = 1\n")
    file.chmod(0o644)
    saving.save({SECRET: "sk-secret", "endpoint.base_url": "http://me:word@127.0.0.1:1/v1"})
    assert settings.endpoint.api_key == "sk-secret"
    assert saving.shown(SECRET) == ""
    assert saving.shown("endpoint.base_url") == "http://(hidden)@127.0.0.1:1/v1"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    saving.save({SECRET: None})
    assert (settings.endpoint.api_key, load_settings().endpoint.api_key) == ("", "")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_others_hear_of_what_is_in_force_and_of_nothing_else(file, settings):
    heard = []
    saving = Saving(settings, lambda: heard.append(settings.retrieval.passages))
    saving.save({"retrieval.passages": 6})
    saving.save({"retrieval.passages": 6})
    saving.save({"records.keep_days": 30})
    assert heard == [6]
