"""`etude eval` as a person or a program meets it, over a run that was really made."""

import csv
import json

import pytest
from typer.testing import CliRunner

from assistant.cli import app
from assistant.errors import InputError

OWN = "\n".join(
    json.dumps({"id": f"q{n}", "prompt": f"What is {word}?", "referenceResponse": f"It is {word}.", "category": "is"})
    for n, word in enumerate(["RAG", "a token", "an embedding", "a prompt"])
)
ROWS = [
    {"id": "a", "prediction": "Amazon Polly", "references": ["Amazon Polly"]},
    {"id": 2, "prediction": "no idea", "references": "Amazon Lex", "model": "mine"},
]


def etude(*arguments):
    """Run the command in this process; an error comes out as it is."""
    return CliRunner().invoke(app, [*map(str, arguments)], catch_exceptions=False)


def answer_of(*arguments):
    done = etude(*arguments)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def made(tiny, tmp_path_factory):
    """A home with two runs of different size."""
    tiny()
    home = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ETUDE_HOME", str(home))
        for name, limit in (("first", 6), ("second", 4)):
            done = etude("eval", "run", "tiny", "--system", "echo", "--limit", limit, "--name", name)
            assert done.exit_code == 0, done.output
    return home


@pytest.fixture
def runs(made, monkeypatch):
    monkeypatch.setenv("ETUDE_HOME", str(made))
    return made / "evaluations"


def test_show_has_the_figures_beside_the_control_rows(runs):
    shown = etude("eval", "show", "first").stdout
    for word in ("token_f1", "oracle", "shuffled", "eval run tiny --system echo", "--limit 6"):
        assert word in shown
    found = answer_of("eval", "show", "first", "--json")
    rows = found["summary"]["rows"]
    assert rows["oracle"]["token_f1"]["value"] == 1.0
    assert rows["shuffled"]["token_f1"]["value"] < rows["system"]["token_f1"]["value"]
    assert (found["done"], found["manifest"]["samples"], rows["system"]["token_f1"]["n"]) == (6, 6, 6)
    assert answer_of("eval", "show", "--json")["id"] == "second"


def test_list_shows_every_run_latest_first(runs):
    (runs / "older").mkdir(exist_ok=True)
    (runs / "older" / "run.json").write_text('{"format": 0}')
    assert [row["id"] for row in answer_of("eval", "list", "--json")] == ["second", "first", "older"]
    assert "run format 0" in " ".join(etude("eval", "list").stdout.split())


def test_nothing_was_run_yet(home):
    assert "etude eval run SUITE" in etude("eval", "list").stdout
    with pytest.raises(InputError, match="none yet"):
        etude("eval", "show")


def test_a_report_comes_in_each_format(runs, tmp_path):
    assert etude("eval", "report", "first", "--out", tmp_path / "r.html").exit_code == 0
    assert "<html" in (tmp_path / "r.html").read_text()
    assert "| oracle |" in etude("eval", "report", "first", "--format", "md").stdout
    assert answer_of("eval", "report", "first", "--format", "json")["manifest"]["id"] == "first"
    with pytest.raises(InputError, match="Did you mean html"):
        etude("eval", "report", "first", "--format", "htm")
    with pytest.raises(InputError, match="cannot be written"):
        etude("eval", "report", "first", "--out", tmp_path / "no" / "r.html")


def test_runs_are_compared_over_what_they_share(runs):
    assert answer_of("eval", "compare", "first", "second", "--json")["pairs"] == 4
    assert "| token_f1" in etude("eval", "compare", "first", "second", "--markdown").stdout
    assert "token_f1" in etude("eval", "compare", "first", "second").stdout


def test_export_writes_a_row_a_sample(runs, tmp_path):
    for name in ("out.csv", "out.jsonl"):
        assert "6 samples" in etude("eval", "export", "first", "--out", tmp_path / name).stdout
    with (tmp_path / "out.csv").open(newline="") as file:
        table = list(csv.DictReader(file))
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [row["id"] for row in table] == [row["id"] for row in rows]
    assert [float(row["token_f1"]) for row in table] == [row["token_f1"] for row in rows]
    assert json.loads(table[0]["references"]) == rows[0]["references"]
    with pytest.raises(InputError, match=r"neither \.csv nor \.jsonl"):
        etude("eval", "export", "first", "--out", tmp_path / "out.txt")


def test_rescore_adds_figures(runs):
    found = answer_of("eval", "rescore", "first", "--metrics", "cost", "--json")
    assert {"seconds", "token_f1"} <= set(found["summary"]["rows"]["system"])


def test_several_suites_leave_out_the_systems_that_they_have_not(tiny, home):
    tiny()
    done = etude("eval", "run", "qa", "tiny", "--system", "echo", "--limit", "2", "--name", "two", "--json")
    assert "qa has no system echo" in done.stderr
    assert [run["id"] for run in json.loads(done.stdout)] == ["two"]
    with pytest.raises(InputError, match="Did you mean echo"):
        etude("eval", "run", "qa", "tiny", "--system", "ecco")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Name a suite"),
        (("own",), "Name a file of them with `--data`"),
        (("qa", "--data", "own.jsonl"), "with the suite `own`, not qa"),
        (("--data", "missing.jsonl"), "no file"),
        (("--data", "empty.jsonl"), "no questions"),
        (("qas",), "Did you mean qa"),
        (("qa", "--split", "tests"), "Did you mean test"),
        (("--data", "own.jsonl", "--metrics", "exact,retrieval"), "retrieval needs gold.*q"),
    ],
)
def test_what_cannot_be_run_is_one_sentence(home, tmp_path, monkeypatch, arguments, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.jsonl").write_text(OWN)
    (tmp_path / "empty.jsonl").write_text("\n")
    with pytest.raises(InputError, match=said):
        etude("eval", "run", *arguments)
    assert not (home / "evaluations").exists()


def test_score_gives_a_row_each_and_the_aggregates_last(tmp_path):
    file = tmp_path / "rows.jsonl"
    file.write_text("\n\n".join(map(json.dumps, ROWS)))
    done = etude("eval", "score", file, "--metrics", "exact, rouge", "--json")
    *rows, last = map(json.loads, done.stdout.splitlines())
    assert [row["id"] for row in rows] == ["a", "2"]
    assert [row["scores"]["exact_match"] for row in rows] == [1.0, 0.0]
    assert last["aggregates"]["exact_match"].items() >= {"value": 0.5, "n": 2, "failed": 0}.items()
    assert last["aggregates"]["rougeL"]["low"] <= 0.5 <= last["aggregates"]["rougeL"]["high"]
    assert set(last["signatures"]) == {"exact", "rouge"}
    everything = etude("eval", "score", file).stdout
    assert all(name in everything for name in ("exact_match", "rougeL", "bleu", "chrf"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "no rows"),
        (b'{"id": "a", "prediction": "x", "references": ["y"]}\n{"id"', "Line 2 of .* is not JSON"),
        (b'["a"]', 'Line 1 of .* has no "id"'),
        (b'{"id": "a", "references": ["y"]}', 'Line 1 of .* has no "prediction"'),
        (b'{"id": "a", "prediction": 3, "references": ["y"]}', 'Line 1 of .*"prediction" is wrong'),
        (b'{"id": "a", "prediction": "x", "references": [3]}', 'Line 1 of .*"references.0" is wrong'),
        (b'{"id": "a", "prediction": "\xff"}', "not UTF-8"),
        (b'{"id": "a", "prediction": "x", "references": "y"}\n' * 2, "Lines 1 and 2 of .* have the same id 'a'"),
        (b'{"id": "a", "prediction": "x"}', "Line 1 of .* lacks references, which exact needs"),
        (b"\n".join(b'{"id": "%d", "prediction": "x"}' % n for n in range(8)), "Lines 1, 2, 3, 4, 5 and 3 more of"),
    ],
)
def test_a_file_that_cannot_be_scored_names_its_lines(tmp_path, text, said):
    file = tmp_path / "rows.jsonl"
    file.write_bytes(text)
    with pytest.raises(InputError, match=said):
        etude("eval", "score", file, "--metrics", "exact")


def test_metrics_and_suites_are_listed():
    listed = {row["name"]: row for row in answer_of("eval", "metrics", "--json")}
    assert listed["exact"]["needs"] == ["references"]
    assert [score["name"] for score in listed["exact"]["scores"]] == ["exact_match", "token_f1"]
    assert "exact_match" in etude("eval", "metrics").stdout
    suites = {row["name"]: row for row in answer_of("eval", "suites", "--json")}
    assert suites["qa"]["systems"] == ["etude", "closed", "naive"]
    assert "retrieval" in etude("eval", "suites").stdout
