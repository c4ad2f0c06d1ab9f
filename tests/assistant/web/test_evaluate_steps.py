import re

import pytest

from assistant.errors import EtudeError, InputError
from assistant.records import RatingRecords, Records
from assistant.web.evaluate.running import Runner
from assistant.web.evaluate.steps import Steps
from eval.folder import RunFolder, Spec
from eval.run import Progress
from tests.eval.human.runs import write_run


@pytest.fixture
def records(settings):
    opened = Records(settings.database_url)
    yield RatingRecords(opened.database)
    opened.close()


@pytest.fixture
def runner(settings):
    return Runner(settings, lambda *rest, **more: pytest.fail("nothing is to be run"))


@pytest.fixture
def steps(settings, records, runner):
    return Steps(settings, records, runner)


@pytest.fixture
def runs(home):
    return [write_run(home, "run-a", model="secret-small"), write_run(home, "run-b", model="secret-large", scores=0.7)]


def begin(steps, records, kind="preference", **more):
    steps.take({"do": "make", "kind": kind, "a": "run-a", "b": "run-b", "limit": "0", **more})
    return records.sessions()[0].id


def test_empty_states_offer_three_things(steps):
    for do in ("runs", "rate"):
        assert steps.take({"do": do}).html.count("<li>") == 3
    assert "no finished run" in steps.take({"do": "session"}).html


def test_runs_are_listed_with_figures_and_one_is_shown(steps, runs, home):
    write_run(home, "run-c", finished="")
    (home / "evaluations" / "old").mkdir()
    (home / "evaluations" / "old" / "run.json").write_text('{"format": 0}')
    listed = steps.take({"do": "runs"})
    assert "0.700" in listed.html
    assert "[0.600, 0.800]" in listed.html
    assert "stopped at 5" in listed.html
    assert "run format 0" in listed.html
    one = steps.take({"do": "show", "run": "run-a"})
    assert (one.name, one.address) == ("run", "run=run-a")
    assert "/evaluate/report/run-a.html" in one.html
    assert "1 sample gave an error" in one.html
    assert "not finished" in steps.take({"do": "show", "run": "run-c"}).html


@pytest.mark.parametrize("name", ["", "..", "../evaluations", "run-a/../run-a", "/etc", "nothing", "\x00"])
def test_no_path_leads_out_of_the_runs(steps, runs, name):
    shown = steps.take({"do": "show", "run": name})
    assert shown.name == "runs"
    assert "There is no run" in shown.html


def test_two_runs_are_compared(steps, runs):
    shown = steps.opening({"run": "run-a", "with": "run-b"})
    assert shown.name == "compare"
    assert "token_f1" in shown.html
    assert "Lost to an error, and so in no score: 1 samples in A, 1 in B." in shown.html
    assert "Choose two runs" in steps.take({"do": "compare", "runs": ["run-a"]}).html


def test_an_item_does_not_tell_its_system(steps, records, runs):
    session = begin(steps, records, name="Pairs")
    screens = [steps.take({"do": "rate"}), steps.take({"do": "who", "session": session})]
    screens += [steps.take({"do": "sit", "session": session, "rater": "Ann", "item": at}) for at in range(4)]
    for screen in screens:
        assert "secret" not in screen.root("evaluate", 1)
        assert "run-a" not in screen.root("evaluate", 1)
    assert "Answer 2 is better" in screens[-1].html
    assert "cited passage" in screens[-1].html
    steps.take({"do": "give", "session": session, "rater": "Ann", "item": 0, "value": "tie"})
    assert "secret-small" in steps.take({"do": "result", "session": session}).html


def test_rating_goes_on_to_what_is_left_and_can_be_changed(steps, records, runs):
    session = begin(steps, records, "stars")
    where = {"session": session, "rater": "Ann"}
    assert steps.take({"do": "give", **where, "item": 2, "value": "4", "comment": "so"}).address.endswith("item=4")
    assert steps.take({"do": "sit", **where, "item": -1}).address.endswith("item=1")
    assert steps.take({"do": "give", **where, "item": 3, "value": "4"}).address.endswith("item=1")
    steps.take({"do": "give", **where, "item": 0, "value": "4"})
    assert steps.take({"do": "give", **where, "item": 1, "value": "4"}).name == "done"
    again = steps.take({"do": "give", **where, "item": 2, "value": "1", "comment": "no", "stay": True})
    assert again.name == "item"
    assert 'aria-checked="true"' in again.html
    assert sorted(one.value for one in records.ratings(session)) == ["1", "4", "4", "4"]
    assert steps.take({"do": "give", **where, "item": 0, "value": "4"}).address.endswith("item=2")
    wrong = steps.take({"do": "give", **where, "item": 0, "value": "9"})
    assert "is not a rating here" in wrong.html
    assert wrong.name == "item"


def test_answers_are_shown_as_text(steps, records, home):
    run = write_run(home, "run-a")
    text = run.samples_file.read_text().replace("The words of", "<img src=x onerror=alert(1)><b>The words of")
    run.samples_file.write_text(text)
    session = begin(steps, records, "thumbs")
    shown = steps.take({"do": "sit", "session": session, "rater": "<i>Ann</i>", "item": 0}).html
    assert "<img" not in shown
    assert "<i>Ann" not in shown
    assert "&lt;img" in shown


def test_a_file_of_ratings_is_taken_in_or_refused(steps, records):
    good = "session,item,rater,value,kind\nMine,1,Ann,up,thumbs\nMine,1,Bo,down,thumbs\n"
    assert "2 ratings of 1 session" in steps.taken("r.csv", good).html
    assert "line 2" in steps.taken("r.csv", good.replace("up", "maybe")).html
    session = records.sessions()[0].id
    assert "only its result" in steps.take({"do": "sit", "session": session, "rater": "Cleo"}).html
    assert "50 %" in steps.take({"do": "result", "session": session}).html


def test_what_is_gone_is_one_sentence(steps):
    for do in ("who", "sit", "give", "result"):
        assert "no longer here" in steps.take({"do": do, "session": "gone", "rater": "Ann"}).html


def test_strange_steps_become_screens(steps, runs):
    for data in ({}, {"do": 5}, {"do": "make"}, {"do": "start", "limit": "x"}, {"do": "compare", "runs": [1, {}]}):
        assert steps.take(data).html


def test_a_run_is_started_watched_stopped_and_gone_on_with(settings, records, home):
    asked = []

    def evaluate(spec, settings, tell, stop, *, name=""):
        asked.append((spec, name))
        run = RunFolder(home / "evaluations" / "run-n") if name else write_run(home, "run-n", finished="")
        tell(Progress("run-n", "asking", 1, 5, seconds_left=30))
        assert stop.wait(20)
        return run

    runner = Runner(settings, evaluate)
    steps = Steps(settings, records, runner)
    assert 'name="suite"' in steps.take({"do": "new"}).html
    wish = {"suite": "exam", "system": "closed", "model": settings.model, "limit": "5"}
    assert "There are agent" in steps.take({"do": "start", **wish, "suite": "nothing"}).html
    begun = steps.take({"do": "start", **wish}).html
    assert 'data-busy="yes"' in begun
    again = steps.take({"do": "start", **wish}).html
    assert "An evaluation is running" in again
    for _ in range(1000):
        if runner.busy:
            break
        runner.wait(0.01)
    assert "running" in steps.take({"do": "runs"}).html
    assert "30 s left" in steps.take({"do": "new"}).html
    assert "Stopping" in steps.take({"do": "halt"}).html
    runner.wait(20)
    ended = steps.take({"do": "new"}).html
    assert "1 of 5 samples are done and kept" in ended
    assert re.search(r"resume.*run-n", ended)
    steps.take({"do": "resume", "run": "run-n"})
    runner.stop()
    runner.wait(20)
    assert asked[1][1] == "run-n"
    assert asked[0][0].limit == 5


@pytest.mark.parametrize("error", [InputError("The disk is full."), ValueError("nonsense")])
def test_a_run_that_breaks_off_says_so(settings, records, error, caplog):
    def evaluate(*rest, **more):
        raise error

    runner = Runner(settings, evaluate)
    runner.start(Spec(suite="qa"))
    runner.wait(20)
    shown = Steps(settings, records, runner).take({"do": "new"}).html
    assert "The run broke off." in shown
    assert ("disk is full" in shown) is isinstance(error, EtudeError)
    assert "nonsense" not in shown


def test_more_can_be_chosen_and_what_is_wrong_with_it_is_said_on_the_form(settings, records, home, tmp_path):
    asked = []

    def evaluate(spec, *rest, **more):
        asked.append(spec)
        return write_run(home, "run-n")

    runner = Runner(settings, evaluate)
    steps = Steps(settings, records, runner)
    assert "<details><summary>More" in steps.take({"do": "new"}).html
    questions = tmp_path / "mine.jsonl"
    wish = {"do": "start", "suite": "retrieval", "system": "etude", "model": settings.model, "limit": "5"}
    more = {"retriever": "bm25", "chunking": "characters-800", "prompt": "answer-zero-shot", "data": f" {questions} "}
    refused = steps.take({**wish, **more}).html
    assert f"There is no file {questions}." in refused
    assert "<details open data-open>" in refused
    assert f'value="{questions}"' in refused
    assert '<option value="bm25" selected>' in refused
    assert "There is no split" in steps.take({**wish, "suite": "qa", "split": "training"}).html
    assert "There is no folder" in steps.take({**wish, "notes": str(tmp_path / "nowhere")}).html

    questions.write_text('{"prompt": "What is RAG?"}\n')
    steps.take({**wish, **more})
    runner.wait(20)
    (spec,) = asked
    assert (spec.suite, spec.data, spec.retriever, spec.chunking) == ("own", str(questions), "bm25", "characters-800")
    assert (spec.prompt, spec.split, spec.limit) == ("answer-zero-shot", "test", 5)


@pytest.mark.parametrize("wrong", [{"retriever": "bm25"}, {"chunking": "words-7"}])
def test_what_a_system_refuses_is_said_on_the_form_as_it_was_filled_in(settings, records, wrong):
    runner = Runner(settings)
    steps = Steps(settings, records, runner)
    wish = {"suite": "exam", "system": "closed", "model": settings.model, "limit": "10", **wrong}
    assert 'class="running"' in steps.take({"do": "start", **wish}).html
    runner.wait(60)
    shown = steps.take({"do": "new"}).html
    assert f"has no {next(iter(wrong))} to choose" in shown
    assert 'value="closed" checked' in shown
    assert 'value="10" checked' in shown
    assert next(iter(wrong.values())) in shown
