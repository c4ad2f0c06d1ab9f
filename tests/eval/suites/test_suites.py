import json
import re
from collections import Counter

import pytest

from assistant.errors import InputError
from assistant.rooms import shipped_notes
from eval.metrics.registry import find_metric
from eval.suites.reference import DATA
from eval.suites.registry import find_suite, suites
from knowledge.outline import load_outline

NAMES = ("exam", "qa", "retrieval")


def split_of(name):
    suite = find_suite(name)
    return {split: suite.samples(split) for split in ("dev", "test", "all")}


@pytest.mark.parametrize("name", NAMES)
def test_splits_are_apart_and_together_everything(name):
    found = {split: {sample.id for sample in samples} for split, samples in split_of(name).items()}
    assert found["dev"]
    assert found["test"]
    assert not found["dev"] & found["test"]
    assert found["dev"] | found["test"] == found["all"]
    assert len(split_of(name)["all"]) == len(found["all"])


@pytest.mark.parametrize("name", NAMES)
def test_gold_of_shipped_notes_is_a_section_of_them(name):
    ids = set(load_outline(shipped_notes()))
    # Headings of chapters have no ids.
    chapters = {"Bedrock at a glance", "How language models read and write", "Agents, prompts and flows"}
    for sample in find_suite(name).samples("all"):
        assert sample.notes == "shipped"
        assert sample.gold or sample.answerable is False
        assert all(gold in ids or gold.partition("#")[2] in chapters for gold in sample.gold)


@pytest.mark.parametrize("name", NAMES)
def test_a_suite_names_its_systems_metrics_and_files(name):
    suite = suites()[name]
    assert next(iter(suite.systems)) == "etude"
    assert "naive" in suite.systems
    assert all(find_metric(metric) for metric in suite.metrics)
    assert all(file.is_file() for file in suite.files)


def test_the_oracle_of_answers_says_the_reference_cites_the_gold_and_refuses_the_rest():
    suite = find_suite("qa")
    samples = {sample.answerable: sample for sample in suite.samples("dev")}
    right, refused = suite.oracle(samples[True]), suite.oracle(samples[False])
    assert re.sub(r" \[\d\]", "", right.prediction) == samples[True].references[0]
    assert [passage.section for passage in right.passages] == list(samples[True].gold)
    assert all(passage.text for passage in right.passages)
    assert {cited.section for cited in right.citations} <= set(samples[True].gold)
    assert right.prediction.endswith(f"[{right.citations[-1].marker}]")
    assert not right.refused
    assert refused.refused
    assert not refused.citations


def test_the_oracle_of_the_exam_has_the_key():
    suite = find_suite("exam")
    for sample in suite.samples("dev"):
        output = suite.oracle(sample)
        assert output.letters == sample.key
        assert sum(output.probabilities.values()) == pytest.approx(1)
    assert {sample.category for sample in suite.samples("all")} == {f"domain-{n}" for n in range(1, 6)}
    assert {sample.choose for sample in suite.samples("all")} >= {1, 2}


def test_study_notes_bring_questions_of_their_own(tmp_path):
    rows = [json.loads(line) for line in (DATA / "answers.jsonl").read_text().splitlines()]
    rows += [json.loads(line) for line in (DATA / "retrieval.jsonl").read_text().splitlines()]
    files = {place["file"] for row in rows for place in row["gold"] if "/" not in place["file"]}
    for file in files:
        (tmp_path / file).write_text("# A note\n")
    for name, least in (("qa", 100), ("retrieval", 130)):
        suite = find_suite(name)
        counts = Counter(sample.notes for sample in suite.samples("test", tmp_path))
        assert counts["shipped"] == len(suite.samples("test"))
        assert counts["given"] >= least
    given = next(s for s in find_suite("qa").samples("test", tmp_path) if s.notes == "given" and s.answerable)
    assert given.gold[0].partition("#")[0] in files


def test_another_folder_has_no_questions(tmp_path):
    with pytest.raises(InputError, match=r"has no 00\d_\w+\.txt, which the questions of answers\.jsonl are about"):
        find_suite("qa").samples("test", tmp_path)
