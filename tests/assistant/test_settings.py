from pathlib import Path

import pytest

from assistant.errors import SettingsError
from assistant.settings import config_file, load_settings


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current folder, without an etude.toml of the developer's."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, text: str) -> None:
    (folder / "etude.toml").write_text(text)


def test_flags_go_before_the_environment_before_the_file_before_the_defaults(folder, monkeypatch):
    assert load_settings().model == "qwen2.5-coder-1.5b-instruct"
    write(folder, 'model = "from-file"\ncontext_length = 1024')
    assert load_settings().model == "from-file"
    monkeypatch.setenv("ETUDE_MODEL", "from-environment")
    assert load_settings().model == "from-environment"
    assert load_settings(model="from-flag").model == "from-flag"
    assert load_settings(model=None).model == "from-environment"
    assert load_settings().context_length == 1024


def test_groups_are_tables_in_the_file_and_double_underscores_in_the_environment(folder, monkeypatch):
    write(folder, "[retrieval]\npassages = 7\nhistory_tokens = 9")
    monkeypatch.setenv("ETUDE_RETRIEVAL__PASSAGES", "3")
    retrieval = load_settings().retrieval
    assert (retrieval.passages, retrieval.history_tokens, retrieval.passage_tokens) == (3, 9, 300)


def test_the_file_of_the_current_folder_goes_before_that_of_the_home(folder, home):
    write(home, 'model = "of-home"')
    assert load_settings().model == "of-home"
    write(folder, 'model = "of-folder"')
    assert load_settings().model == "of-folder"
    assert config_file() == Path("etude.toml").resolve()


def test_models_path_is_a_list_like_path(folder, monkeypatch):
    monkeypatch.setenv("ETUDE_MODELS_PATH", "/one:/two")
    assert load_settings().models_path == [Path("/one"), Path("/two")]
    monkeypatch.setenv("ETUDE_MODELS_PATH", "")
    assert load_settings().models_path == []
    monkeypatch.delenv("ETUDE_MODELS_PATH")
    write(folder, 'models_path = ["/three"]')
    assert load_settings().models_path == [Path("/three")]


def test_a_tilde_is_the_users_folder(folder, monkeypatch):
    monkeypatch.setenv("ETUDE_HOME", "~/etude")
    assert load_settings().home == Path.home() / "etude"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('modle = "x"', "etude.toml or ETUDE_MODLE)"),
        ("[server]\nprot = 1", "etude.toml or ETUDE_SERVER__PROT)"),
        ("[server]\nport = 70000", "The setting server.port cannot be 70000: input should be less than or equal"),
        ("context_length = 10", "The setting context_length cannot be 10"),
        ('backend = "magic"', "The setting backend cannot be 'magic': input should be 'embedded'"),
        ("model = ", "etude.toml is not valid TOML"),
    ],
)
def test_a_mistake_in_the_file_is_one_sentence_that_names_it(folder, text, says):
    write(folder, text)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_text_is_refused(folder):
    (folder / "etude.toml").write_bytes(b"model = '\xff\xfe'")
    with pytest.raises(SettingsError, match=r"etude\.toml"):
        load_settings()


def test_a_value_out_of_range_in_the_environment_is_refused(folder, monkeypatch):
    monkeypatch.setenv("ETUDE_GENERATION__TEMPERATURE", "9")
    with pytest.raises(SettingsError, match=r"generation\.temperature cannot be '?9'?"):
        load_settings()


def test_a_misspelt_variable_is_refused_with_its_neighbour(folder, monkeypatch):
    monkeypatch.setenv("ETUDE_MODLE", "qwen2.5-coder-0.5b-instruct")
    with pytest.raises(SettingsError, match=r"^ETUDE_MODLE .* Did you mean ETUDE_MODEL\?"):
        load_settings()


def test_the_database_is_in_the_home_unless_it_is_set(folder, home):
    assert load_settings().database_url == f"sqlite:///{home / 'records.sqlite3'}"
    assert load_settings(database="postgresql://x").database_url == "postgresql://x"
