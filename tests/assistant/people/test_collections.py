"""Whose notes are searched, on a real index with stand-in vectors left out: names and rows are enough."""

import pytest

from assistant.errors import InputError
from assistant.people import LOCAL, CollectionOwners, Person, searched_by
from assistant.people import collections as room
from assistant.records.database import Database

ANNA, BEN, CHIEF = Person("anna"), Person("ben"), Person("chief", admin=True)


@pytest.fixture
def owners(settings):
    database = Database(settings.database_url)
    yield CollectionOwners(database)
    database.close()


@pytest.fixture
def there(monkeypatch):
    names = []
    monkeypatch.setattr(room, "collections_in", lambda settings: [(name, 1) for name in names])
    return names


def test_a_collection_is_its_owners_until_it_is_shared(owners):
    owners.claim(ANNA, "hers")
    names = ["etude", "hers", "old"]
    assert owners.visible(ANNA, names) == ["etude", "hers"]
    assert owners.visible(BEN, names) == owners.visible(CHIEF, names) == ["etude"]
    assert owners.visible(LOCAL, names) == ["etude", "old"]
    owners.share(ANNA, "hers")
    assert owners.visible(BEN, names) == ["etude", "hers"]
    assert not owners.may_change(BEN, "hers")
    owners.share(ANNA, "hers", False)
    assert owners.visible(BEN, names) == ["etude"]


def test_nobody_takes_anothers_collection(owners):
    owners.claim(ANNA, "hers")
    owners.claim(ANNA, "hers")
    for person, name, taken in ((BEN, "hers", True), (LOCAL, "hers", True), (BEN, "old", True), (BEN, "etude", True)):
        with pytest.raises(InputError, match="taken"):
            owners.claim(person, name, taken=taken)
        with pytest.raises(InputError):
            owners.share(person, name) if person is not LOCAL else owners.share(BEN, name)
    owners.claim(LOCAL, "old", taken=True)
    assert owners.may_change(CHIEF, "etude")
    owners.forget("hers")
    owners.claim(BEN, "hers")


def test_a_question_searches_what_its_person_may_read(owners, settings, there):
    assert searched_by(settings, owners, LOCAL) is None
    assert searched_by(settings, owners, LOCAL, ("notes",)) == ("notes",)
    with pytest.raises(InputError, match="no notes yet"):
        searched_by(settings, owners, ANNA)
    owners.claim(ANNA, "hers")
    there += ["etude", "hers", "old"]
    assert searched_by(settings, owners, ANNA) == ("etude", "hers")
    assert searched_by(settings, owners, ANNA, ("hers",)) == ("hers",)
    assert searched_by(settings, owners, BEN) == ("etude",)
    assert searched_by(settings, owners, LOCAL) == ("etude", "old")
    for name in ("hers", "old", "nowhere"):
        with pytest.raises(InputError, match="There is no collection"):
            searched_by(settings, owners, BEN, ("etude", name))
