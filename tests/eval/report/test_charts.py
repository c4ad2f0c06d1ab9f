from xml.etree import ElementTree

import pytest

from eval.folder import Figure
from eval.report.charts import axis, histogram, whiskers

SVG = ElementTree.fromstring


def figure(value, low=None, high=None):
    return Figure(value=value, low=low, high=high, n=10)


def test_values_stand_on_the_axis_where_they_belong():
    lanes = [("system", "this <system>", figure(0.5, 0.25, 0.75)), ("oracle", "oracle", figure(1.0))]
    chart = SVG(whiskers("k", "accuracy & more", lanes, 0.0, 1.0))
    system, oracle = [float(dot.get("x").rstrip("%")) for dot in chart.iter("use")]
    ticks = {text.text: float(text.get("x").rstrip("%")) for text in chart.iter("text") if text.get("class") == "tick"}
    assert system == ticks["0.5"]
    assert oracle == ticks["1"]
    whisker = chart.find("g/line")
    assert whisker.get("x1") == f"{ticks['0.25']:.2f}%"
    assert whisker.get("x2") == f"{ticks['0.75']:.2f}%"
    assert chart.get("aria-labelledby").split() == [chart.find("title").get("id"), chart.find("desc").get("id")]
    assert chart.find("title").text == "accuracy & more"
    assert chart.find("desc").text == "this <system> 0.500, 95 % interval 0.250 to 0.750; oracle 1.000."


@pytest.mark.parametrize(
    ("values", "low", "high", "ticks"),
    [
        ([0.2], 0.0, 1.0, [0, 0.25, 0.5, 0.75, 1]),
        ([], 100.0, 1000.0, [100, 400, 700, 1000]),
        ([0.3, 2.2], 0.0, None, [0, 1, 2, 3]),
        ([-3.0, 7.0], None, None, [-5, -2.5, 0, 2.5, 5, 7.5]),
        ([0.0], None, None, [0, 0.25, 0.5, 0.75, 1]),
    ],
)
def test_ticks_are_round_and_span_the_values(values, low, high, ticks):
    assert axis(values, low, high) == pytest.approx(ticks)


@pytest.mark.parametrize("values", [[0.0, 1.0, 1.0], [0.1, 0.1, 0.9], [5.0], [1e9, 1e-9]])
def test_every_sample_is_in_a_bar(values):
    chart = SVG(histogram("k", "spread", values))
    counts = [int(text.text) for text in chart.iter("text") if text.get("class") == "count"]
    assert sum(counts) == len(values)
    assert len(counts) == len(list(chart.iter("rect")))
