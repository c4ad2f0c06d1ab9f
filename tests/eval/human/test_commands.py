import json

import pytest
from typer.testing import CliRunner

from assistant.chat.events import Answer
from assistant.errors import InputError
from assistant.records import Records
from eval.human.commands import human_app

RUNNER = CliRunner()


def invoke(*words, said=""):
    done = RUNNER.invoke(human_app, list(words), input=said)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.stdout


def test_two_runs_are_rated_in_the_terminal(run_a, run_b, tmp_path):
    assert "no rating session yet" in invoke("list")
    assert "4 items" in invoke("new", "run-a", "run-b", "--name", "Pairs", "--limit", "4")
    seen = invoke("rate", "Pairs", "--rater", "Ann", said="9\n1\nanswer 2\n\n")
    assert "Please give a number from 1 to 5" in seen
    assert "small" not in seen
    assert "large" not in seen
    assert "All 4 items are rated" in invoke("rate", "Pairs", "--rater", "Ann", said="3\n4\n")
    (listed,) = json.loads(invoke("list", "--json"))
    assert listed["raters"] == {"Ann": 4}
    found = json.loads(invoke("result", "Pairs", "--json"))
    assert found["systems"] == ["etude, small", "etude, large"]
    assert found["preference"]["better"] is None
    assert found["counts"]["tie"] == 1
    assert "No difference shown" in invoke("result", "Pairs")
    invoke("export", "Pairs", str(tmp_path / "r.csv"))
    assert "4 ratings of 1 session" in invoke("import", str(tmp_path / "r.csv"))


def test_stars_are_shown_with_their_mean(run_a):
    invoke("new", "run-a", "--kind", "stars", "--name", "Stars")
    assert "Nobody has rated yet" in invoke("result", "Stars")
    invoke("rate", "Stars", "--rater", "Ann", said="5\n5\n4\n4\n")
    shown = invoke("result", "Stars")
    assert "4.50 of 5 stars" in shown
    assert "needs two raters" in shown


def test_feedback_is_written_as_samples(settings, tmp_path):
    out = str(tmp_path / "f.jsonl")
    with pytest.raises(InputError, match="Nobody rated"):
        invoke("from-feedback", "--out", out)
    records = Records(settings.database_url)
    records.rate(records.add_turn("c", Answer("What?", "What?", "This.")), up=True)
    records.close()
    assert "1 samples are in" in invoke("from-feedback", "--out", out)


def test_a_wrong_name_is_one_sentence(run_a, tmp_path):
    with pytest.raises(InputError, match="no run"):
        invoke("new", "nothing")
    with pytest.raises(InputError, match="no rating session"):
        invoke("result", "nothing")
    with pytest.raises(InputError, match="There is no file"):
        invoke("import", str(tmp_path / "none.csv"))
