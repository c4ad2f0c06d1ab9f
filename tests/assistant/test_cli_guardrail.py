"""``etude guardrail`` as a person or a program meets it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENT = """name: mine
wordPolicyConfig:
  wordsConfig: [{text: frobnicate}]
sensitiveInformationPolicyConfig:
  piiEntitiesConfig: [{type: EMAIL, action: ANONYMIZE}]
contextualGroundingPolicyConfig:
  filtersConfig: [{type: GROUNDING, threshold: 0.5}]
blockedInputMessaging: Not asked.
blockedOutputsMessaging: Not said.
"""


def etude(*arguments, said=""):
    return subprocess.run(
        [sys.executable, "-m", "assistant.cli", "guardrail", *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=os.environ["ETUDE_HOME"],
        input=said,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def rows(tmp_path, name, *lines):
    file = tmp_path / name
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return file


@pytest.fixture(autouse=True)
def mine(home):
    folder = home / "guardrails"
    folder.mkdir(parents=True)
    (folder / "mine.yaml").write_text(DOCUMENT)


def test_a_text_is_checked_and_json_is_what_bedrock_gives():
    done = etude("check", "Mail a.b@example.org", "--name", "mine", "--json")
    body = json.loads(done.stdout)
    assert (body["action"], body["outputs"]) == ("GUARDRAIL_INTERVENED", [{"text": "Mail {EMAIL}"}])
    shown = etude("check", "-", "--name", "mine", "--source", "output", said="frobnicate").stdout
    assert shown.startswith("Blocked by the guardrail mine as OUTPUT")
    assert "CUSTOM_WORD 'frobnicate'" in shown
    assert shown.endswith("Not said.\n")


def test_a_file_gives_a_row_each_and_a_summary_last(tmp_path):
    bad = rows(
        tmp_path, "bad.jsonl", {"text": "Frobnicate it!", "kind": "k"}, {"text": "Fine.", "id": "x", "kind": "k"}
    )
    good = rows(tmp_path, "good.jsonl", {"text": "How?"}, {"text": "Why not frobnicate?"}, {"text": "Mail a.b@c.org"})
    done = etude("test", bad, "--benign", good, "--name", "mine", "--json")
    *found, last = map(json.loads, done.stdout.splitlines())
    assert [row["id"] for row in found] == ["line-1", "x", "line-1", "line-2", "line-3"]
    assert all({"id", "action", "assessments", "outputs", "milliseconds"} <= set(row) for row in found)
    summary = last["summary"]
    assert (summary["caught"]["count"], summary["caught"]["of"]) == (1, 2)
    # A mask is no false alarm, as nothing was asked about personal data; but it is an intervention.
    assert (summary["false_alarms"]["count"], summary["false_alarms"]["of"]) == (1, 3)
    assert summary["false_alarms"]["low"] == pytest.approx(0.0615, abs=1e-4)
    assert summary["intervened"] == 3
    assert summary["kinds"] == {"k": {"flagged": 1, "of": 2}}
    shown = etude("test", bad, "--benign", good, "--name", "mine").stdout
    assert "caught: 1 of 2, 50.0%" in shown
    assert "frobnicate" not in shown.lower()


def test_marked_personal_data_is_counted_by_type(tmp_path):
    text = "Mail a.b@example.org or 555."
    spans = [{"start": 5, "end": 20, "type": "EMAIL"}, {"start": 24, "end": 27, "type": "PIN"}]
    file = rows(tmp_path, "pii.jsonl", {"text": text, "spans": spans}, {"text": "None here.", "spans": []})
    summary = json.loads(etude("test", file, "--name", "mine", "--json").stdout.splitlines()[-1])["summary"]
    assert (summary["caught"]["of"], summary["false_alarms"]["count"]) == (1, 0)
    personal = summary["personal_data"]
    assert (personal["recall"]["count"], personal["recall"]["of"], personal["precision"]["share"]) == (1, 2, 1.0)
    assert personal["types"]["PIN"] == {"marked": 1, "caught": 0, "hidden": 0, "found": 0, "right": 0}


def test_bad_rows_are_named_and_nothing_is_checked(tmp_path):
    file = tmp_path / "rows.jsonl"
    file.write_bytes(b'{"text": "fine"}\n{"text": "caf\xe9"}\n{"id": 3}\n')
    done = etude("test", file, "--name", "mine")
    assert done.returncode == 2
    assert done.stdout == ""
    assert "line 2: not text in UTF-8" in done.stderr
    assert "line 3: there is no text" in done.stderr


def test_answers_are_held_against_their_passages(tmp_path):
    polly = "- Amazon Polly offers 60 voices in 29 languages"
    answers = ["Amazon Polly offers 60 voices.", "Amazon Polly was launched in Paris."]
    query = "What does Amazon Polly offer?"
    lines = [{"answer": a, "passages": [polly], "query": query, "label": n} for n, a in enumerate(answers)]
    file = rows(tmp_path, "answers.jsonl", *lines)
    true, false, last = map(json.loads, etude("ground", file, "--name", "mine", "--json").stdout.splitlines())
    assert (true["action"], false["action"]) == ("NONE", "GUARDRAIL_INTERVENED")
    assert false["outputs"] == [{"text": "Not said."}]
    assert (last["summary"]["caught"]["count"], last["summary"]["false_alarms"]["count"]) == (1, 0)
    done = etude("ground", file, "--name", "off")
    assert done.returncode == 2
    assert "has no contextualGroundingPolicyConfig" in done.stderr


def test_documents_are_listed_shown_published_and_compared(home):
    assert json.loads(etude("version", "mine", "--json").stdout) == {"name": "mine", "version": "1"}
    (home / "guardrails" / "mine.yaml").write_text(DOCUMENT.replace("frobnicate", "defenestrate"))
    listed = {row["name"]: row for row in json.loads(etude("list", "--json").stdout)}
    assert listed["mine"]["versions"] == ["DRAFT", "1"]
    assert listed["default"]["shipped"]
    assert "text: frobnicate" in etude("show", "mine", "--version", "1").stdout
    assert (
        json.loads(etude("show", "mine", "--json").stdout)["wordPolicyConfig"]["wordsConfig"][0]["text"]
        == "defenestrate"
    )
    assert "+  - text: defenestrate" in etude("diff", "mine@1", "mine").stdout
    for arguments in (("show", "nobody"), ("version", "default"), ("check", "x", "--version", "7")):
        done = etude(*arguments)
        assert done.returncode == 2
        assert len(done.stderr.strip().splitlines()) == 1
