import base64
import contextlib
import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from uuid import uuid4

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from assistant.composer.genres import genre
from assistant.composer.melody import read_melody
from assistant.composer.midi import midi_bytes
from assistant.composer.samples import samples
from assistant.jobs.context import Progress
from assistant.jobs.folder import JobFolder, Order, jobs_folder, remove_folders
from assistant.jobs.queue import Queue
from assistant.people import LOCAL
from assistant.people.person import SCOPE_KEY
from assistant.records import Jobs
from assistant.records.database import Database
from assistant.records.kinds import kinds_of
from assistant.records.purge import purge
from assistant.web.compose.bench import Bench
from assistant.web.compose.files import add_files, link
from assistant.web.compose.places import at_work
from assistant.web.compose.spelling import spell
from assistant.web.compose.steps import Steps

EVIL = "<script>alert(1)</script>"


@pytest.fixture
def database(settings):
    with contextlib.closing(Database(settings.database_url)) as opened:
        yield opened


@pytest.fixture
def bench(settings, database):
    return Bench(settings, database)


@pytest.fixture
def steps(bench):
    return Steps(bench)


@pytest.fixture
def kept(settings, database):
    """Write a job that is done into the records and the folders, as its processes do."""

    def written(kind="compose", ending="mid", content=b"", result=None, **asked):
        folder = JobFolder(jobs_folder(settings) / str(uuid4()))
        order = Order(
            kind=kind, module="assistant.composer.work", arguments=asked, device="cpu", minutes=1, memory_mb=1,
            resumable=False, grace=1,
        )  # fmt: skip
        folder.make(order)
        (folder.outputs / f"piece.{ending}").write_bytes(content)
        jobs = Jobs(database)
        jobs.add(kind, asked, job_id=folder.id)
        jobs.move(folder.id, "running")
        jobs.move(folder.id, "done", result=result or {"files": {ending: f"piece.{ending}"}})
        return folder

    return written


def field(html, name):
    found = re.search(rf'<textarea[^>]* name="{name}"[^>]*>\n(.*?)</textarea>', html, re.S)
    found = found or re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', html)
    found = found or re.search(rf'<input[^>]*value="([^"]*)"[^>]*name="{name}"', html)
    return unescape(found[1]) if found else None


def opened(steps, name, data, **fields):
    step = {"do": "open", "name": name, "content": base64.b64encode(data).decode(), "size": len(data)}
    return steps.take({**step, "fields": fields}).html


@pytest.mark.parametrize("name", samples())
def test_a_melody_that_is_spelled_is_the_same_when_it_is_read(name):
    roll = read_melody(name).roll
    assert (read_melody(f"{spell(roll)}\n").roll == roll).all()


def test_a_sample_fills_the_form_and_leaves_the_rest_of_it(steps):
    html = steps.take({"do": "sample", "name": "ode-to-joy", "fields": {"bars": "8", "seed": "99"}}).html
    assert field(html, "melody").startswith("F#4 F#4 G4 A4")
    assert (field(html, "title"), field(html, "tempo")) == ("Ode to Joy", "112")
    assert (field(html, "bars"), field(html, "seed")) == ("8", "99")


def test_a_file_becomes_text_that_can_be_changed_and_what_was_done_is_said(steps):
    chorale = genre("chorale")
    melody = read_melody("twinkle").roll
    midi = midi_bytes(melody.repeat(4, axis=0), chorale, 96)
    html = opened(steps, r"C:\music\my song.mid", midi, seed="5")
    assert (read_melody(field(html, "melody") + "\n").roll == melody).all()
    assert (field(html, "title"), field(html, "seed")) == ("my song", "5")
    assert "4 tracks" in html


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("song.mid", b"MThd nonsense", "damaged"),
        ("song.mid", b"", "is empty"),
        ("photo.png", b"\x89PNG", "photo.png is not a file that Etude reads"),
        (f"{EVIL}.mid", b"MThd", "is not a MIDI file"),
        ("../../../etc/passwd.mid", b"MThd", "passwd.mid is not"),
    ],
)
def test_a_file_that_holds_no_melody_is_said_in_a_sentence_and_the_form_stays(steps, name, data, said):
    html = opened(steps, name, data, melody="C4 D4", title="", said="")
    notice = re.search(r'<p class="notice"[^>]*>(.*?)</p>', html)[1]
    assert said in unescape(notice)
    assert field(html, "melody") == "C4 D4"
    assert EVIL not in html


def test_a_file_that_was_too_large_to_send_is_said(steps):
    html = steps.take({"do": "open", "name": "long.mid", "content": "", "size": 2_000_001}).html
    assert "long.mid has more than 2 MB" in html


@pytest.mark.parametrize(
    ("fields", "name", "said"),
    [
        ({"melody": ""}, "melody", "There is no melody yet."),
        ({"melody": "C4:q X9:q"}, "melody", "“X9:q”, is not a note"),
        ({"melody": "/etc/hostname"}, "melody", "is no file, note text"),
        ({"melody": "~"}, "melody", "is no file, note text"),
        ({"melody": EVIL}, "melody", "is no file, note text"),
        ({"melody": "C4", "bars": "65"}, "bars", "from 1 to 64"),
        ({"melody": "C4", "bars": "1.5"}, "bars", "a whole number"),
        ({"melody": "C4", "seed": "-1"}, "seed", "from 0"),
        ({"melody": "C4", "tempo": "1e999"}, "tempo", "from 30 to 300"),
        ({"melody": "C4", "tempo": "nan"}, "tempo", "from 30 to 300"),
        ({"melody": "C4", "genre": "polka"}, "genre", "Choose a genre that has a model."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_no_job_is_made(steps, bench, fields, name, said):
    screen = steps.take({"do": "compose", "fields": {"genre": "chorale", **fields}})
    wrong = re.findall(r'<p class="wrong" id="wrong-(\w+)"[^>]*>(.*?)</p>', screen.html)
    assert [where for where, _ in wrong] == [name]
    assert said in unescape(wrong[0][1])
    assert EVIL not in screen.html
    assert field(screen.html, "melody") == fields["melody"]
    assert bench.pieces() == []


class AsLocal:
    """Lets everybody in as the local person, as the door of the page does on one's own machine."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        await self.app({**scope, SCOPE_KEY: LOCAL}, receive, send)


def test_only_the_files_that_a_job_made_are_served(bench, kept, tmp_path):
    app = FastAPI()
    app.add_middleware(AsLocal)
    add_files(app, bench)
    client = TestClient(app)
    made = kept(result={"title": "Ode “to” Joy/..", "model": "chorale-1", "seed": 3, "files": {"mid": "piece.mid"}},
                content=b"MThd and so on")  # fmt: skip
    got = client.get(link(made.id, "mid"))
    assert (got.status_code, got.content) == (200, b"MThd and so on")
    assert 'filename="Ode-to-Joy-chorale-1-seed-3.mid"' in got.headers["content-disposition"]
    assert client.get(link(made.id, "mid"), headers={"range": "bytes=0-3"}).content == b"MThd"

    secret = tmp_path / "secret"
    secret.write_text("secret", encoding="utf-8")
    linked = kept()
    (linked.outputs / "piece.mid").unlink()
    (linked.outputs / "piece.mid").symlink_to(secret)
    other = kept(kind="train")
    for address in (
        link(made.id, "wav"),
        link(made.id[:12], "mid"),
        link(linked.id, "mid"),
        link(other.id, "mid"),
        link(str(uuid4()), "mid"),
        f"/compose/piece/{made.id}/../../job.json",
        f"/compose/piece/..%2F{made.id}.mid",
    ):
        refused = client.get(address)
        assert refused.status_code == 404, address
        assert "secret" not in refused.text


def test_pieces_and_trainings_that_are_not_there_are_said(steps):
    assert "No pieces yet." in steps.opening({"see": "pieces"}).html
    for data in ({"do": "show", "piece": "x' or 1"}, {"do": "again", "piece": str(uuid4())}):
        screen = steps.take(data)
        assert screen.name == "pieces"
        assert "There is no" in screen.html
    screen = steps.take({"do": "resume", "training": str(uuid4())})
    assert screen.name == "training"
    assert "There is no" in screen.html


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"fields": {"minutes": "0"}}, "from 1 to 1,440"),
        ({"fields": {"minutes": ""}}, "how many minutes"),
        ({"fields": {"genre": "custom"}}, "Choose the MIDI files"),
        ({"fields": {"genre": "custom"}, "files": [{"name": "a.exe", "content": "AAAA"}]}, "a.exe is no MIDI file"),
        ({"fields": {"genre": "custom"}, "files": [{"name": "a.mid", "content": "%"}]}, "did not arrive whole"),
        ({"fields": {"genre": "custom"}, "files": [{"name": "a.mid", "content": ""}], "large": True}, "20 MB"),
        ({"fields": {"genre": "custom"}, "files": [{"name": "a.mid"}] * 201}, "at most 200 files; these are 201"),
    ],
)
def test_a_training_that_cannot_be_is_said_and_not_begun(steps, bench, sent, said):
    html = steps.take({"do": "train", **sent}).html
    assert said in unescape(html)
    assert bench.trainings() == []
    assert not list(bench.settings.home.rglob("*.mid"))


def test_the_files_of_a_training_stay_as_long_as_the_training_is_known(bench, settings, database):
    midi = midi_bytes(read_melody("twinkle").roll.repeat(4, axis=0), genre("chorale"), 96)
    two = [
        bench.train({"genre": "custom", "layout": "chorale", "minutes": 1, "steps": 1}, [("a song.mid", midi)] * count)
        for count in (1, 2)
    ]
    for one in two:
        bench.cancel(one.id, "train")
        Queue(settings, database).wait(one.id)
    kept = [[Path(file) for file in bench.find(one.id, "train").arguments["midi"]] for one in two]
    assert [[file.name for file in files] for files in kept] == [
        ["001-a song.mid"],
        ["001-a song.mid", "002-a song.mid"],
    ]
    assert all(file.read_bytes() == midi for files in kept for file in files)
    first_ended = Jobs(database).job(two[1].id).created
    remove_folders(settings, purge(database, kinds_of(["jobs"]), before=first_ended).jobs)
    assert not kept[0][0].exists()
    assert all(file.is_file() for file in kept[1])
    remove_folders(settings, purge(database, kinds_of(["jobs"])).jobs)
    assert not list(settings.home.rglob("*.mid"))


def test_a_link_to_a_training_marks_it_even_where_many_came_after(steps, kept):
    first, *rest = (kept(kind="train", genre="chorale", minutes=1).id for _ in range(10))
    for name in (first, rest[-1]):
        screen = steps.opening({"see": "training", "job": name})
        assert (screen.name, screen.address) == ("training", f"see=training&job={name}")
        assert screen.html.count("data-chosen") == 1
    there = [steps.opening({"see": "training", "job": name}).html.count("<li") for name in (first, "gone", EVIL)]
    assert there == [9, 8, 8]
    assert steps.opening({"see": "training", "job": EVIL}).address == "see=training"


def test_a_training_takes_no_longer_than_its_minutes(kept, bench):
    folder = kept(kind="train", minutes=30)
    folder.tell(Progress(0.5, "step 10", 7_200.0))
    status = replace(bench.find(folder.id, "train"), state="running")
    assert "15 min left" in at_work(status, None)
    assert "120 min left" in at_work(replace(status, kind="compose"), None)
