"""Two people on one page: what is one's is not there for the other, over HTTP and through the doors of Gradio."""

import json
import re
import time
from datetime import UTC, datetime

import pytest

from assistant.exam.bank import load_bank
from assistant.exam.session import Exam
from assistant.jobs.folder import JobFolder, Order, jobs_folder
from assistant.people import CollectionOwners, Person
from assistant.records import Attempt, ExamRecords, Jobs, SavedCard, SavedReview
from assistant.rooms import open_embedder, open_index
from assistant.settings import Settings
from knowledge.sync import sync
from tests.assistant.web.people_server import Browser, served

AT = datetime(2026, 5, 1, tzinfo=UTC)
SECRET = "Annas-own-words"
PIECE = "11111111-2222-4333-8444-555555555555"
UP = (
    "../../etc/passwd",
    "..%2f..%2f..%2fetc%2fpasswd",
    "%2e%2e/%2e%2e/etc/passwd",
    "....//....//etc/passwd",
    "/etc/passwd",
)


@pytest.fixture(scope="module")
def etude(tmp_path_factory):
    with served(Settings(home=tmp_path_factory.mktemp("home")), grace=1.5, questions_a_minute=100) as etude:
        yield etude


@pytest.fixture
def signed_in(etude):
    opened = []

    def sign_in(name):
        browser = Browser(etude.url)
        opened.append(browser)
        assert browser.sign_in(name).status_code == 303
        return browser

    yield sign_in
    for one in opened:
        one.close()


@pytest.fixture
def anna(signed_in):
    return signed_in("anna")


@pytest.fixture
def ben(signed_in):
    return signed_in("ben")


@pytest.fixture(scope="module")
def notes(etude):
    """Every person has a collection, and everybody the shipped notes."""
    owners = CollectionOwners(etude.records.database)
    index, embedder = open_index(etude.settings), open_embedder(etude.settings)
    for name in ("anna", "ben", "etude"):
        folder = etude.settings.home / name
        folder.mkdir()
        (folder / f"{name}.md").write_text(f"# {name}\n\nThe secret of {name} is a quiet word.\n", encoding="utf-8")
        sync(index, folder, f"{name}-notes" if name != "etude" else name, embedder)
        if name != "etude":
            owners.claim(Person(name), f"{name}-notes")


def ask(browser, conversation, question):
    """Ask through Gradio, and return the job that the page would follow."""
    return browser.event("bridge", "ask", conversation=conversation, question=question)


def until(true, seconds=20):
    for _ in range(int(seconds / 0.05)):
        if found := true():
            return found
        time.sleep(0.05)
    pytest.fail("it did not come to that")


def test_chats(etude, anna, ben, notes):
    conversation = "aaaaaaaa-0000-4000-8000-000000000001"
    _, library, _, _ = ask(anna, conversation, SECRET)
    assert SECRET in library
    until(lambda: not etude.desk.running("anna"))
    (turn,) = etude.records.of("anna").turns(conversation)
    assert SECRET in anna.event("bridge", "show", conversation=conversation)[2]
    seen = ben.event("bridge", "show", conversation=conversation)
    assert "no such conversation" in seen[2]
    assert SECRET not in json.dumps(seen)
    # A link to it says the same; so do all things that one can do to it.
    seen = ben.event("bridge", "rename", conversation=conversation, title="Mine", current=conversation)
    assert SECRET not in json.dumps(seen)
    ben.event("bridge", "remove", conversation=conversation, current=conversation)
    ben.event("bridge", "rate", turn=turn.id, up=False, comment="")
    ben.event("bridge", "ask", conversation=conversation, question="q", replaces=turn.id)
    ben.event("bridge", "ask", conversation=conversation, question="Mine now?")
    until(lambda: not etude.desk.running("ben"))
    (kept,) = etude.records.of("anna").turns(conversation)
    assert (kept.answer.question, kept.up) == (SECRET, None)
    assert etude.records.of("anna").conversation(conversation).title == SECRET
    assert etude.records.conversations() == []


def test_notes_that_a_question_searches(etude, anna, ben, notes):
    for browser, name in ((anna, "anna"), (ben, "ben")):
        conversation = f"bbbbbbbb-0000-4000-8000-00000000000{name == 'ben':d}"
        ask(browser, conversation, "What is the secret?")
        until(lambda name=name: not etude.desk.running(name))
        (turn,) = etude.records.of(name).turns(conversation)
        assert turn.answer.text == f"Searched {('anna-notes', 'etude') if name == 'anna' else ('ben-notes', 'etude')}"


def test_notes_in_the_knowledge_tab(anna, ben, notes):
    assert "anna-notes" in anna.event("knowledge-bridge", "step", do="list")[0]
    assert "anna-notes" not in ben.event("knowledge-bridge", "step", do="list")[0]
    for step in ({"do": "collection", "collection": "anna-notes"}, {"do": "delete", "collection": "anna-notes"}):
        assert "quiet word" not in ben.event("knowledge-bridge", "step", **step)[0]
    refused = ben.http.put("/knowledge/file?collection=anna-notes&name=x.md", content=b"# Mine")
    assert refused.status_code == 400
    assert "anna-notes" in anna.event("knowledge-bridge", "step", do="list")[0]


def test_exams_cards_and_their_exports(etude, anna, ben):
    exams, question = ExamRecords(etude.records.database, "anna"), next(iter(load_bank()))
    responses = {question: ("A",)}
    exams.begin(Exam(id="annas-exam", mode="practice", questions=(question,), responses=responses, created=AT))
    exams.add_attempts([Attempt("annas-exam", "practice", question, 1, "1.1", ("A",), True, AT)])
    exams.save_review(SavedCard("annas-card", AT, {}), SavedReview("annas-card", 3, AT))
    assert "annas-exam" in json.dumps(anna.event("exam-bridge", "step", do="home"))
    assert "annas-exam" not in json.dumps(ben.event("exam-bridge", "step", do="home"))
    for do in ("show", "respond", "check", "flag", "grid", "ending", "finish", "discard"):
        seen = ben.event("exam-bridge", "step", do=do, exam="annas-exam", question=question, response=["A"], at=0)
        assert do == "discard" or "no such exam" in json.dumps(seen), do
    assert exams.exam("annas-exam").finished is None
    export = anna.http.get("/exam/export.json").text
    assert "annas-exam" in export
    assert "annas-card" in export
    assert "annas-exam" in anna.http.get("/exam/export.csv").text
    for kind in ("json", "csv"):
        assert "annas" not in ben.http.get(f"/exam/export.{kind}").text
    # Somebody's export may be taken in by another, whose own it is then.
    ben.event("exam-bridge", "take", name="history.json", content=export)
    assert "annas-exam" in ben.http.get("/exam/export.json").text
    ben.event("exam-bridge", "step", do="discard", exam="annas-exam")
    assert exams.exam("annas-exam") is not None


def test_pieces_and_their_files(etude, anna, ben):
    folder = JobFolder(jobs_folder(etude.settings) / PIECE)
    folder.make(
        Order(
            kind="compose", module="assistant.composer.work", arguments={"title": SECRET, "genre": "chorale"},
            device="cpu", minutes=1, memory_mb=100, resumable=False, grace=1, short=True,
        ),
        {},
    )  # fmt: skip
    (folder.outputs / "piece.json").write_text(json.dumps({"title": SECRET}), encoding="utf-8")
    jobs = Jobs(etude.records.database)
    jobs.add("compose", {"title": SECRET}, job_id=PIECE, owner="anna")
    jobs.move(PIECE, "running")
    jobs.move(PIECE, "done", result={"title": SECRET, "files": {"json": "piece.json"}, "model": "m", "seed": 1})
    address = f"/compose/piece/{PIECE}.json"
    assert SECRET in anna.http.get(address).text
    assert ben.http.get(address).status_code == 404
    assert SECRET in json.dumps(anna.event("compose-bridge", "step", do="pieces"))
    assert SECRET not in json.dumps(ben.event("compose-bridge", "step", do="pieces"))
    for do in ("show", "cancel", "again", "change"):
        assert SECRET not in json.dumps(ben.event("compose-bridge", "step", do=do, piece=PIECE)), do


def test_the_stream_of_anothers_page_cannot_be_read(anna, ben):
    anna.event("bridge", "show", conversation="")
    for address in (f"/gradio_api/queue/data?session_hash={anna.session}", f"/gradio_api/heartbeat/{anna.session}"):
        assert ben.http.get(address).status_code == 403


def test_an_answer_that_somebody_elses_page_would_follow_is_not_there(etude, anna, ben, notes):
    conversation = "cccccccc-0000-4000-8000-000000000000"
    ask(anna, conversation, "slow " + SECRET)
    assert etude.desk.running("anna")
    assert etude.desk.running("ben") == {}
    ben.event("bridge", "halt", conversation=conversation)
    ben.event("exam-bridge", "halt", conversation=conversation)
    assert not etude.desk.job(conversation, "anna").stop.is_set()
    assert SECRET not in json.dumps(ben.event("bridge", "show", conversation=conversation))
    anna.event("bridge", "halt", conversation=conversation)
    until(lambda: not etude.desk.running("anna"))


def test_a_closed_tab_stops_its_answer_and_one_that_comes_back_finds_it(etude, anna, notes):
    """The grace is a second and a half here: a page that follows keeps an answer going for longer than that."""
    conversation = "dddddddd-0000-4000-8000-000000000000"
    ask(anna, conversation, "slow question")
    config = anna.http.get("/config").json()
    shown = [one for one in config["dependencies"] if any(target[1] == "then" for target in one["targets"])]
    follow = shown[0]
    body = {"data": [None], "fn_index": follow["id"], "session_hash": anna.session}
    assert anna.http.post("/gradio_api/queue/join", json=body).status_code == 200
    with anna.http.stream("GET", f"/gradio_api/queue/data?session_hash={anna.session}") as stream:
        began = time.monotonic()
        for _ in stream.iter_lines():
            if time.monotonic() - began > 3:
                break
    assert "slow question" in anna.event("bridge", "show", conversation=conversation)[3]
    until(lambda: not etude.desk.running("anna"), seconds=6)
    (turn,) = etude.records.of("anna").turns(conversation)
    assert turn.answer.stopped


@pytest.mark.parametrize("up", UP)
def test_no_path_leads_out_of_its_folder(etude, anna, up):
    passwd = "root:x:0"
    for before in (
        "/etude/", "/assets/", "/static/", "/svelte/", "/gradio_api/file=", "/gradio_api/file/", "/compose/piece/",
        "/evaluate/report/", "/exam/export.", "/gradio_api/stream/", "/custom_component/", "/gradio_api/proxy=",
        "/pwa_icon/", "/settings/", "/knowledge/",
    ):  # fmt: skip
        request = anna.http.build_request("GET", "/")
        # Sent as it stands: a client would tidy it up.
        request.url = request.url.copy_with(raw_path=(before + up).encode())
        answered = anna.http.send(request)
        assert answered.status_code >= 300, before
        assert passwd not in answered.text, before
    home = etude.settings.home / "records.sqlite3"
    assert anna.http.get(f"/gradio_api/file={home}").status_code in (403, 404)


def test_an_uploaded_file_stays_in_its_folder(etude, anna):
    for name in (*UP, "..", "a\0b.md", "C:\\x.md"):
        anna.http.put("/knowledge/file", params={"collection": "mine", "name": name}, content=b"# x\n\nroot:x:0 mine")
    for collection in (*UP, "..", "."):
        sent = anna.http.put("/knowledge/file", params={"collection": collection, "name": "x.md"}, content=b"# x")
        assert sent.status_code == 400
    home = etude.settings.home
    written = [path for path in home.parent.rglob("*") if path.is_file() and path.read_bytes().startswith(b"# x")]
    assert all(re.search(r"/mine/", str(path)) for path in written)
    assert all(path.is_relative_to(home) for path in written)
