import itertools

import pytest
import sacrebleu

from eval.metrics.registry import find_metric
from eval.sample import Case, Output, Sample

SENTENCE = {"bleu": sacrebleu.sentence_bleu, "chrf": sacrebleu.sentence_chrf}
CORPUS = {"bleu": sacrebleu.corpus_bleu, "chrf": sacrebleu.corpus_chrf}

both = pytest.mark.parametrize("name", ["bleu", "chrf"])


def _figure(name, rows, seed=0):
    score = find_metric(name).scores[0]
    return score.aggregate(rows, score.name, seed)


@both
def test_scores_are_those_of_sacrebleu(name, text_cases, tools):
    rows = find_metric(name).score(text_cases, tools)
    assert len(rows) >= 50
    for case, row in zip(text_cases, rows, strict=True):
        known = SENTENCE[name](case.output.prediction, list(case.sample.references))
        assert row[name] == pytest.approx(known.score, abs=1e-9), case.sample.id
    # As sacrebleu wants an uneven number of references: streams, with None where a case has no more.
    streams = [list(stream) for stream in itertools.zip_longest(*(case.sample.references for case in text_cases))]
    known = CORPUS[name]([case.output.prediction for case in text_cases], streams)
    assert _figure(name, rows).value == pytest.approx(known.score, abs=1e-9)


def test_the_example_of_sacrebleu(tools):
    references = [
        ("The dog bit the man.", "The dog had bit the man."),
        ("It was not unexpected.", "No one was surprised."),
        ("The man bit him first.", "The man had bitten the dog."),
    ]
    given = ["The dog bit the man.", "It wasn't surprising.", "The man had just bitten him."]
    cases = [
        Case(Sample(id=text, prompt="", references=known), Output(prediction=text))
        for text, known in zip(given, references, strict=True)
    ]
    values = {name: _figure(name, find_metric(name).score(cases, tools)).value for name in ("bleu", "chrf")}
    assert values == {"bleu": pytest.approx(48.53, abs=0.005), "chrf": pytest.approx(59.73, abs=0.005)}


@both
def test_the_interval_is_over_cases_and_repeats(name, text_cases, tools):
    rows = find_metric(name).score(text_cases, tools)
    figure = _figure(name, rows)
    assert figure.low < figure.value < figure.high
    assert figure.n == len(text_cases)
    assert _figure(name, rows) == figure
    assert _figure(name, rows, seed=1).low != figure.low
    assert _figure(name, []).n == 0


@both
def test_the_floor_is_low(name, good_and_shuffled, tools):
    good, shuffled = (_figure(name, find_metric(name).score(cases, tools)) for cases in good_and_shuffled)
    assert good.value == pytest.approx(100)
    assert shuffled.value < {"bleu": 5, "chrf": 25}[name]


def test_the_signatures_are_sacrebleus_own(tools):
    assert find_metric("bleu").signature(tools) == (
        f"nrefs:var|case:mixed|eff:no|tok:13a|smooth:exp|version:{sacrebleu.__version__}"
    )
    assert find_metric("chrf").signature(tools) == (
        f"nrefs:var|case:mixed|eff:yes|nc:6|nw:0|space:no|version:{sacrebleu.__version__}"
    )
