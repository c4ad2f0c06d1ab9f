from datetime import timedelta

import pytest

from assistant.errors import InputError
from assistant.people import Person
from assistant.people.accounts import Accounts
from assistant.people.sign_ins import SignIns
from assistant.records.columns import now
from assistant.records.database import Database
from assistant.records.models import AccountRow, SignInRow

WORDS = "four quiet music stands"


@pytest.fixture
def database(settings):
    opened = Database(settings.database_url)
    yield opened
    opened.close()


@pytest.fixture
def accounts(database):
    return Accounts(database)


def test_a_password_lets_its_person_in_and_nobody_else(accounts, database):
    accounts.add("Anna", WORDS, admin=True)
    accounts.add("ben", None)
    assert accounts.checked(" ANNA ", WORDS) == Person("anna", admin=True)
    for name, password in (("anna", "wrong words"), ("ben", ""), ("ben", WORDS), ("nobody", WORDS), ("local", WORDS)):
        assert accounts.checked(name, password) is None, name
    with database.session() as session:
        stored = session.get(AccountRow, "anna").password
    assert stored.startswith("$argon2id$")
    assert WORDS not in stored


def test_a_name_that_is_not_known_costs_as_much_as_one_that_is(accounts, monkeypatch):
    import argon2

    accounts.add("anna", WORDS)
    compared, verify = [], argon2.PasswordHasher.verify

    def noted(hasher, hashed, password):
        compared.append(argon2.extract_parameters(hashed))
        return verify(hasher, hashed, password)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", noted)
    for name in ("anna", "nobody", "no name at all!"):
        accounts.checked(name, "wrong words")
    assert len(compared) == 3
    assert len(set(map(str, compared))) == 1


@pytest.mark.parametrize("name", ["", "local", "LOCAL ", "ann a", "../anna", "-anna", "a" * 81, "анна", "a\nb"])
def test_names_that_could_be_mistaken_are_refused(accounts, name):
    with pytest.raises(InputError):
        accounts.add(name, WORDS)


@pytest.mark.parametrize("password", ["", "short", "x" * 201])
def test_passwords_have_a_length(accounts, password):
    with pytest.raises(InputError, match="10 to 200 characters"):
        accounts.add("anna", password)
    assert accounts.accounts() == []


def test_the_same_password_from_another_keyboard_is_the_same(accounts):
    accounts.add("anna", "zwo\u0308lf Boxka\u0308mpfer")
    assert accounts.checked("anna", "zw\u00f6lf Boxk\u00e4mpfer")


def test_a_sign_in_ends_by_itself_by_signing_out_by_a_new_password_and_with_the_account(accounts, database):
    anna = accounts.add("anna", WORDS)
    sign_ins = SignIns(database, hours=1)
    first, second = sign_ins.begin(anna), sign_ins.begin(anna)
    assert sign_ins.person(first) == sign_ins.person(second) == anna
    assert sign_ins.person(first, now() + timedelta(hours=1, seconds=1)) is None
    sign_ins.end(first)
    assert sign_ins.person(first) is None
    accounts.set_password("anna", "five quiet music stands")
    assert sign_ins.person(second) is None
    third = sign_ins.begin(anna)
    accounts.remove("anna")
    assert sign_ins.person(third) is None
    for strange in ("", "x", "\udcff"):
        assert sign_ins.person(strange) is None


def test_the_database_has_no_secret_and_forgets_what_has_expired(accounts, database):
    anna = accounts.add("anna", WORDS)
    sign_ins = SignIns(database, hours=1)
    secrets = [sign_ins.begin(anna, now() - timedelta(hours=2)), sign_ins.begin(anna)]
    with database.session() as session:
        (row,) = session.query(SignInRow)
    assert row.secret not in secrets


def test_a_proxy_names_people_with_the_role_of_their_account(accounts):
    accounts.add("anna", None, admin=True)
    assert accounts.named("Anna") == Person("anna", admin=True)
    assert accounts.named("ben@example.org") == Person("ben@example.org")
    with pytest.raises(InputError):
        accounts.named("local")
