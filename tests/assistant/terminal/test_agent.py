"""``etude agent`` as a person or a program meets it."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def agent(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "assistant.cli", "agent", *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "120", "ETUDE_GUARDRAIL": "", **environment},
        cwd=os.environ["ETUDE_HOME"],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def test_a_plan_is_printed_and_nothing_is_called():
    done = agent("--plan", "--json", "compose a 16 bar chorale on Twinkle Twinkle in the key of D")
    assert done.returncode == 0, done.stderr
    plan = json.loads(done.stdout)
    assert set(plan) == {"calls", "question", "rationale", "milliseconds"}
    (call,) = plan["calls"]
    assert call["tool"] == "compose_music"
    assert {"bars": 16, "key": "D", "genre": "chorale"}.items() <= call["arguments"].items()
    assert not (Path(os.environ["ETUDE_HOME"]) / "jobs").exists()


def test_a_costly_call_waits_for_the_next_command_to_confirm_it():
    asked = agent("train a rock model for 20 minutes", "--json", "--thread", "one")
    assert asked.returncode == 3, asked.stderr
    found = json.loads(asked.stdout)
    assert found["end"] == "confirmation"
    assert found["confirmation"]["tool"] == "train_genre"
    assert {"genre": "rock", "minutes": 20.0}.items() <= found["confirmation"]["arguments"].items()
    assert not (Path(os.environ["ETUDE_HOME"]) / "jobs").exists()
    trace = json.loads(agent("--trace", "--json", "--thread", "one").stdout)
    assert trace[-1]["orchestrationTrace"]["invocationInput"]["actionGroupInvocationInput"]["function"] == "train_genre"


def test_what_a_tool_says_no_to_is_told_to_scripts():
    done = agent("continue my exam")
    assert (done.returncode, "No exam is open" in done.stdout, done.stderr.count("Traceback")) == (1, True, 0), done
    assert json.loads(agent("continue my exam", "--json").stdout)["observations"][0]["refused"]


def test_the_switch_stops_the_agent_until_it_is_lifted():
    assert "To go on: etude agent --go-on" in agent("--stop-all").stdout
    stopped = json.loads(agent("which models are there?", "--json").stdout)
    assert (stopped["end"], stopped["calls"]) == ("stopped", [])
    assert json.loads(agent("--go-on", "--json").stdout) == {"stopped": False}
    listed = agent("which models are there?")
    assert listed.returncode == 0, listed.stderr
    assert "smollm2-135m-instruct" in listed.stdout


def test_what_is_wrong_is_one_sentence():
    for arguments, said in (
        ((" ",), "question"),
        (("go on", "--after", "compose"), "--after is for --plan"),
        (("--accept-mcp", "none"), "No MCP server none"),
        (("--trace", "--thread", "nowhere"), "There is no such conversation"),
    ):
        done = agent(*arguments)
        assert done.returncode == 2, (arguments, done.stdout, done.stderr)
        assert said in done.stderr
        assert "Traceback" not in done.stderr
