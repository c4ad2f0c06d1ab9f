import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from assistant.people import LOCAL, Person
from assistant.people.person import SCOPE_KEY
from assistant.web.knowledge.files import add_uploads

ADDRESS = "/knowledge/file?collection={}&name={}"


@pytest.fixture
def client(room):
    app = FastAPI()
    add_uploads(app, room)
    who = {"person": LOCAL}

    async def signed_in(scope, receive, send):
        scope[SCOPE_KEY] = who["person"]
        await app(scope, receive, send)

    client = TestClient(signed_in)
    client.who = who
    return client


def test_a_file_is_written_while_it_arrives(client, room):
    answer = client.put(ADDRESS.format("bio", "../Cells.MD"), content=b"# Cells\n")
    assert (answer.status_code, answer.json()) == (200, {"name": "Cells.md"})
    assert (room.uploads.folder("bio") / "Cells.md").read_bytes() == b"# Cells\n"


def test_what_is_wrong_is_said_and_whether_it_is_about_the_one_file(client):
    one = client.put(ADDRESS.format("bio", "tool.exe"), content=b"x")
    assert one.status_code == 422
    assert "not of a kind" in one.json()["error"]
    every = client.put(ADDRESS.format("not%20a%20name", "a.md"), content=b"x")
    assert every.status_code == 400
    assert "cannot name a collection" in every.json()["error"]
    assert client.put(ADDRESS.format("etude", "a.md"), content=b"x").status_code == 400


def test_a_collection_of_somebody_else_takes_nothing_and_nobody_sends_without_signing_in(client, room):
    client.who["person"] = Person("ada")
    assert client.put(ADDRESS.format("bio", "a.md"), content=b"x").status_code == 200
    client.who["person"] = Person("ben")
    refused = client.put(ADDRESS.format("bio", "b.md"), content=b"x")
    assert refused.status_code == 400
    assert "taken" in refused.json()["error"]
    assert [file.name for file in room.uploads.folder("bio").iterdir()] == ["a.md"]
    client.who["person"] = None
    assert client.put(ADDRESS.format("other", "a.md"), content=b"x").status_code == 401
