import pytest

from eval.metrics.registry import find_metric
from eval.sample import Case, Output, Sample, Span
from eval.tools import Tools

TEXT = "Maria Sanchez, maria@example.org"


def case(found, marked):
    spans = {
        name: tuple(Span(start=s, end=e, type=t) for s, e, t in each) for name, each in (("f", found), ("m", marked))
    }
    return Case(Sample(id="s", prompt=TEXT, spans=spans["m"]), Output(spans=spans["f"]))


def test_spans_are_counted_over_all_texts(settings):
    name, mail = (0, 13, "NAME"), (15, 32, "EMAIL")
    cases = [case([name, mail], [name, mail]), case([], [mail]), case([name], []), case([], [])]
    metric = find_metric("personal_data")
    rows = metric.score(cases, Tools(settings))
    found = {score.name: score.estimate(rows, 0) for score in metric.scores}
    assert found["pii_recall"].value == pytest.approx(2 / 3)
    assert found["pii_precision"].value == pytest.approx(2 / 3)
    assert found["pii_recall"].low < 2 / 3 < found["pii_recall"].high
    assert rows[-1] == {}
