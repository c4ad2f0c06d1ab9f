"""``etude people``, and what serving to others asks for."""

import contextlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant.chat.events import Answer
from assistant.cli import app
from assistant.errors import InputError, ServerError
from assistant.people import Person
from assistant.people.accounts import Accounts
from assistant.records import Records

ROOT = Path(__file__).parents[2]
WORDS = "four quiet music stands"


@pytest.fixture
def etude():
    def run(*words, given=""):
        done = CliRunner().invoke(app, ["people", *words], input=given)
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.output

    return run


@pytest.fixture
def records(settings):
    with contextlib.closing(Records(settings.database_url)) as opened:
        yield opened


def test_accounts_are_made_listed_and_changed(etude, records):
    assert "etude people add NAME" in etude("list")
    assert "anna may sign in and is an admin." in etude("add", "Anna", "--admin", given=f"{WORDS}\n")
    etude("add", "ben", "--without-password")
    assert etude("list") == "anna: signs in with a password, admin\nben: is named by a reverse proxy\n"
    assert [one["name"] for one in json.loads(etude("list", "--json"))] == ["anna", "ben"]
    etude("password", "anna", given="five quiet music stands\n")
    accounts = Accounts(records.database)
    assert accounts.checked("anna", WORDS) is None
    assert accounts.checked("anna", "five quiet music stands") == Person("anna", admin=True)
    for words, given in ((("add", "anna"), WORDS), (("add", "cleo"), "short"), (("password", "cleo"), WORDS)):
        with pytest.raises(InputError):
            etude(*words, given=f"{given}\n")


def test_what_was_made_without_signing_in_stays_until_somebody_takes_it(etude, records):
    records.add_turn("c", Answer("q", "q", "a"))
    assert "--takes-local" in etude("add", "ben", given=f"{WORDS}\n")
    assert [one.id for one in records.conversations()] == ["c"]
    assert "is anna's now" in etude("add", "anna", "--takes-local", given=f"{WORDS}\n")
    assert records.conversations() == []
    assert [one.id for one in records.of("anna").conversations()] == ["c"]


def test_removing_somebody_asks_and_takes_all_that_is_theirs(etude, records):
    etude("add", "anna", given=f"{WORDS}\n")
    records.of("anna").add_turn("c", Answer("q", "q", "a"))
    with pytest.raises(InputError, match="--yes"):
        etude("remove", "anna")
    assert "are deleted" in etude("remove", "anna", "--yes")
    assert records.of("anna").conversations() == []
    assert Accounts(records.database).accounts() == []
    with pytest.raises(InputError, match="no account anna"):
        etude("remove", "anna", "--yes")


def test_serving_to_others_without_a_way_to_sign_in_is_refused_in_one_sentence(home, monkeypatch):
    monkeypatch.setenv("ETUDE_SERVER__HOST", "0.0.0.0")
    monkeypatch.setenv("ETUDE_SERVER__PORT", "47861")
    done = subprocess.run([sys.executable, ROOT / "app.py"], capture_output=True, text=True, cwd=home, timeout=120)
    assert done.returncode == ServerError.exit_code
    assert done.stderr.count("\n") == 1
    assert "`etude people add NAME`" in done.stderr
    assert done.stdout == ""
