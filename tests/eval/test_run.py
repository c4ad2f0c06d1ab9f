"""Runs: kept as they go, resumable after anything, never twice, and the same whatever happened on the way."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from assistant.errors import DiskFull, GenerationFailed, InputError, RunBusy
from assistant.settings import Endpoint
from eval.ask import GIVE_UP_AFTER
from eval.folder import RunFolder, Spec
from eval.run import run_evaluation
from eval.runs import digest, find_run, list_runs, locked, same_outputs
from eval.sample import Output

TINY = Path(__file__).with_name("tiny_suite.py")
ROOT = Path(__file__).parents[2]


def spec(system="echo", **more):
    return Spec(suite="tiny", system=system, **more)


def echo(sample):
    return Output(prediction=sample.prompt)


def lines(run):
    return [json.loads(line) for line in run.samples_file.read_text().splitlines()]


def etude(*arguments, **environment):
    return subprocess.Popen(
        [sys.executable, str(TINY), *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT), "ETUDE_MODEL": "smollm2-135m-instruct", "ETUDE_THREADS": "1"}
        | environment,
        cwd=os.environ["ETUDE_HOME"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for_samples(process, file, count):
    until = time.monotonic() + 300
    while not (file.exists() and file.read_bytes().count(b"\n") >= count):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until, "too slow"
        time.sleep(0.01)


def test_a_run_that_was_killed_twice_equals_one_that_was_not(home):
    file = home / "evaluations" / "killed" / "samples.jsonl"
    for done in (2, 6):
        with etude("eval", "run", "tiny", "--name", "killed") as process:
            wait_for_samples(process, file, done)
            process.send_signal(signal.SIGKILL)
    with etude("eval", "run", "tiny", "--name", "killed", "--json") as process:
        out, said = process.communicate()
    assert process.returncode == 0, said
    assert "Going on with the run killed" in said
    with etude("eval", "run", "tiny", "--name", "whole") as process:
        assert process.wait() == 0, process.communicate()
    killed, whole = RunFolder(home / "evaluations" / "killed"), RunFolder(home / "evaluations" / "whole")
    assert len(lines(killed)) == len(lines(whole)) == 12
    assert same_outputs(killed, whole)
    assert json.loads(out)[0]["digest"] == digest(whole)
    assert killed.summary() == whole.summary()
    assert killed.scores() == whole.scores()


def test_ctrl_c_is_one_sentence_and_code_130(home):
    with etude("eval", "run", "tiny", "--name", "stopped") as process:
        wait_for_samples(process, home / "evaluations" / "stopped" / "samples.jsonl", 1)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate()
    assert process.returncode == 130
    assert "samples of the run stopped are kept" in said.splitlines()[-1]
    assert "Traceback" not in said


def test_a_run_records_what_was_run_where_and_with_what(tiny, settings):
    tiny()
    manifest = run_evaluation(spec(limit=3), settings).manifest()
    assert (manifest.samples, manifest.spec.model, manifest.spec.limit) == (3, settings.model, 3)
    assert {"python", "platform", "cpu", "cores", "memory"} <= set(manifest.environment)
    assert {"numpy", "xllamacpp", "chromadb"} <= set(manifest.versions)
    assert {"tiny_suite.py", "shipped notes", "all-minilm-l6-v2/model.safetensors"} <= set(manifest.hashes)
    assert manifest.settings["generation.temperature"] == "0.0"
    assert manifest.finished


def test_a_stopped_run_goes_on_and_a_finished_one_does_not(tiny, settings):
    asked, stop = [], threading.Event()

    def ask(sample):
        asked.append(sample.id)
        if len(asked) == 4:
            stop.set()
        return echo(sample)

    tiny(ask=ask)
    run = run_evaluation(spec("ask"), settings, stop=stop)
    assert not run.manifest().finished
    assert len(lines(run)) == 4
    told = []
    again = run_evaluation(spec("ask"), settings, told.append)
    assert again.path == run.path
    assert (told[0].done, told[0].resumed) == (4, 4)
    assert sorted(asked) == sorted(f"s{n}" for n in range(12))
    third = run_evaluation(spec("ask"), settings)
    assert third.path != run.path
    assert same_outputs(run, third)


@pytest.mark.parametrize("change", ["limit", "settings", "fresh"])
def test_what_differs_begins_a_run_of_its_own(tiny, settings, change):
    tiny()
    stop = threading.Event()
    run = run_evaluation(spec(), settings, lambda p: stop.set() if p.done == 2 else None, stop)
    other = settings.model_copy(update={"context_length": 2048}) if change == "settings" else settings
    more = {"limit": 5} if change == "limit" else {}
    assert run_evaluation(spec(**more), other, fresh=change == "fresh").path != run.path


def test_other_metrics_ask_nothing_again(tiny, settings):
    tiny()
    stop = threading.Event()
    run = run_evaluation(spec(), settings, lambda p: stop.set() if p.done == 2 else None, stop)
    again = run_evaluation(spec(metrics=("rouge",)), settings)
    assert again.path == run.path
    assert "rougeL" in again.summary().rows["system"]


def test_a_half_written_line_is_cut_off_and_asked_again(tiny, settings):
    tiny()
    stop = threading.Event()
    run = run_evaluation(spec(), settings, lambda p: stop.set() if p.done == 3 else None, stop)
    whole = run.samples_file.read_bytes()
    run.samples_file.write_bytes(whole[:-20])
    assert len(run.cases()) == 2
    run_evaluation(spec(), settings)
    assert len(lines(run)) == 12
    assert len({line["sample"]["id"] for line in lines(run)}) == 12


def test_a_second_writer_is_refused(tiny, settings):
    tiny()
    stop = threading.Event()
    run = run_evaluation(spec(), settings, lambda p: stop.set() if p.done == 3 else None, stop)
    with locked(run), pytest.raises(RunBusy, match="--fresh"):
        run_evaluation(spec(), settings)
    assert len(run.cases()) == 3


def test_a_model_that_dies_leaves_what_is_done_and_says_how_to_go_on(tiny, settings):
    alive = {"s5": 1, "s0": 1, "s8": 1}

    def ask(sample):
        if sample.id not in alive:
            raise GenerationFailed("The language model broke off.")
        return echo(sample)

    tiny(ask=ask)
    with pytest.raises(GenerationFailed, match=r"broke off.* 3 of 12 samples .* the same command goes on"):
        run_evaluation(spec("ask"), settings)
    (left,) = list_runs(settings)
    assert left.done == 3
    alive.update({f"s{n}": 1 for n in range(12)})
    run = run_evaluation(spec("ask"), settings)
    assert run.path == left.folder.path
    assert run.summary().errors == 0
    assert len(lines(run)) == 12


def test_a_model_that_never_answers_leaves_no_run(tiny, settings):
    def ask(sample):
        raise GenerationFailed("The language model broke off.")

    tiny(ask=ask)
    for limit in (2, 12):
        with pytest.raises(GenerationFailed):
            run_evaluation(spec("ask", limit=limit), settings)
    assert list_runs(settings) == []


@pytest.mark.parametrize("error", [InputError("Too long."), GenerationFailed("Refused."), KeyError("x")])
def test_a_lost_sample_is_counted_and_in_no_figure(tiny, settings, error):
    lost = [f"s{n}" for n in range(GIVE_UP_AFTER - 2)]

    def ask(sample):
        if sample.id in lost:
            raise error
        return Output(prediction=sample.references[0])

    tiny(ask=ask)
    run = run_evaluation(spec("ask"), settings)
    found = run.summary()
    exact = found.rows["system"]["exact_match"]
    assert found.errors == len(lost)
    assert (exact.value, exact.n, exact.failed) == (1.0, 12 - len(lost), len(lost))
    assert run.scores()["s0"]["system"] == {"exact_match": None, "token_f1": None}
    assert run.cases()["s0"].output.error


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
def test_a_full_disk_loses_nothing(tiny, settings):
    tiny()
    stop = threading.Event()
    run = run_evaluation(spec(), settings, lambda p: stop.set() if p.done == 3 else None, stop)
    kept = run.samples_file.rename(run.path / "kept")
    run.samples_file.symlink_to("/dev/full")
    with pytest.raises(DiskFull, match="is full"):
        run_evaluation(spec(), settings, name=run.path.name)
    run.samples_file.unlink(missing_ok=True)
    kept.rename(run.samples_file)
    assert run_evaluation(spec(), settings).path == run.path
    assert len(lines(run)) == 12


def test_a_server_is_asked_several_at_once_and_the_figures_are_the_same(tiny, settings):
    together = threading.Barrier(3, timeout=60)

    def ask(sample):
        together.wait()
        return echo(sample)

    tiny(ask=ask)
    served = settings.model_copy(
        update={"backend": "openai", "endpoint": Endpoint(base_url="http://127.0.0.1:9/v1", model="any")}
    )
    several = run_evaluation(spec("ask"), served)
    one_by_one = run_evaluation(spec(), settings)
    assert several.manifest().spec.model == "any"
    assert same_outputs(several, one_by_one)
    assert several.summary() == one_by_one.summary()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"suite": "tinny"}, "Did you mean tiny"),
        ({"system": "ecco"}, "Did you mean echo"),
        ({"metrics": ("rogue",)}, "Did you mean rouge"),
        ({"metrics": ("retrieval",)}, r"needs gold.*s5, s0, s8 and 9 more"),
        ({"split": "tset"}, "Did you mean test"),
        ({"notes": "/no/such/folder"}, "no folder /no/such/folder"),
        ({"encoder": "/no/such/folder"}, "no folder /no/such/folder"),
    ],
)
def test_what_cannot_be_run_is_refused_before_anything_is_made(tiny, settings, given, said):
    tiny()
    with pytest.raises(InputError, match=said):
        run_evaluation(Spec(**{"suite": "tiny", "system": "echo", **given}), settings)
    assert list_runs(settings) == []


def test_runs_have_names(tiny, settings):
    tiny()
    first = run_evaluation(spec(limit=2), settings, name="first")
    run_evaluation(spec(limit=2), settings, name="first-again")
    assert find_run(settings, "first").path == first.path
    assert find_run(settings, "first-").path.name == "first-again"
    assert find_run(settings, str(first.path)).path == first.path
    assert find_run(settings, "last").path.parent == first.path.parent
    with pytest.raises(InputError, match="2 runs begin with 'fir'"):
        find_run(settings, "fir")
    with pytest.raises(InputError, match="eval list"):
        find_run(settings, "second")
    for name, said in (("first", "is finished"), ("a/b", "cannot name"), ("last", "cannot name")):
        with pytest.raises(InputError, match=said):
            run_evaluation(spec(limit=2), settings, name=name)


def test_an_unfinished_run_of_something_else_keeps_its_name(tiny, settings):
    tiny()
    stop = threading.Event()
    run_evaluation(spec(), settings, lambda p: stop.set() if p.done == 2 else None, stop, name="mine")
    with pytest.raises(InputError, match="differs from it in limit"):
        run_evaluation(spec(limit=4), settings, name="mine")


def test_a_run_of_another_version_is_listed_and_refused(tiny, settings):
    tiny()
    run = run_evaluation(spec(limit=2), settings, name="old")
    file = run.path / "run.json"
    file.write_text(file.read_text().replace('"format": 1', '"format": 0'))
    assert "run format 0" in list_runs(settings)[0].problem
    with pytest.raises(InputError, match="run format 0"):
        find_run(settings, "old")
