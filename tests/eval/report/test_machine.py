import json

import pytest

from assistant.errors import InputError
from eval.report import headline, report_dict
from eval.sample import Case, Output, Sample


def test_a_run_is_one_json_document(write_run, awkward):
    document = report_dict(write_run(awkward))
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert list(document) == ["manifest", "headline", "summary", "samples"]
    found = {sample["id"]: sample for sample in document["samples"]}
    assert list(found) == [case.sample.id for case in awkward]
    assert found["q6"]["outcome"] == "error"
    assert found["q2"]["scores"]["system"]["exact_match"] == 1
    assert found["q3"]["output"]["prediction"] == awkward[2].output.prediction


def test_what_is_no_number_is_null(write_run):
    run = write_run([Case(Sample(id="a", prompt="?", references=("a",)), Output(prediction="a", seconds=4.25))])
    lines = run.samples_file.read_text(encoding="utf-8").replace("4.25", "NaN")
    run.samples_file.write_text(lines, encoding="utf-8")
    (sample,) = report_dict(run)["samples"]
    assert sample["output"]["seconds"] is None


def test_the_first_figures_are_those_of_the_suite(write_run):
    key = Sample(id="a", prompt="?", options={"A": "yes", "B": "no"}, key=("A",), category="d1")
    run = write_run([Case(key, Output(letters=("A",), seconds=1.0))], ["cost", "exam"], suite="exam")
    assert headline(run) == ["accuracy", "scaled_score", "seconds"]


def test_other_suites_fall_back_to_what_is_there(write_run, awkward):
    assert headline(write_run(awkward, ["cost", "exact"], suite="own")) == ["token_f1", "exact_match", "seconds"]


@pytest.mark.parametrize(
    ("answerable", "output", "outcome"),
    [
        (True, Output(letters=("A",)), "right"),
        (True, Output(letters=("B",)), "wrong"),
        (True, Output(refused=True), "refused wrongly"),
        (False, Output(refused=True), "refused rightly"),
        (False, Output(letters=("A",)), "wrong"),
        (None, Output(refused=True), "refused"),
        (None, Output(error="lost", refused=True), "error"),
    ],
)
def test_outcomes(write_run, answerable, output, outcome):
    sample = Sample(id="a", prompt="?", options={"A": "yes", "B": "no"}, key=("A",), answerable=answerable)
    (found,) = report_dict(write_run([Case(sample, output)], ["exam"]))["samples"]
    assert found["outcome"] == outcome


def test_a_run_without_figures_says_how_to_go_on(write_run, awkward):
    with pytest.raises(InputError, match="has no figures yet"):
        report_dict(write_run(awkward, unscored=True))
