import pytest

from assistant.agent.toolbox import shipped
from eval.bench.agent_phrases import phrases, unlike, utterances
from eval.suites.agent import FILE
from eval.suites.reference import read_jsonl
from eval.suites.registry import find_suite


def test_no_family_of_paraphrases_is_on_both_sides():
    rows = read_jsonl(FILE)
    halves = [{row["family"] for row in rows if row["split"] == split} for split in ("dev", "test")]
    assert not halves[0] & halves[1]
    assert len(rows) >= 400
    assert sum(row["split"] == "test" for row in rows) >= len(rows) / 3


@pytest.mark.parametrize("name", ["agent", "agent-voices"])
def test_what_is_expected_can_be_called(name):
    known = {tool.name: tool for tool in shipped()}
    for sample in find_suite(name).samples("all"):
        for call in find_suite(name).oracle(sample).calls:
            assert call.tool in known
            relative = {key for key, value in call.arguments.items() if value in ("slower", "faster", "longer")}
            known[call.tool].check({key: value for key, value in call.arguments.items() if key not in relative})


def test_phrases_near_a_held_out_utterance_are_not_learnt_from():
    learnt = phrases(2)
    near = learnt[0].text
    assert near not in {one.text for one in unlike(learnt, [near.upper() + "!"])}
    assert {"none", "refine", *(tool.name for tool in shipped())} == {one.label for one in learnt}
    assert utterances("dev")
