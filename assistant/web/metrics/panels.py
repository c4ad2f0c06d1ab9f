"""The charts that the tab has: which metric and statistic each shows, and the table behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from assistant.records import Series
from assistant.records.metric_names import METRICS, Unit
from assistant.web.metrics.charts import MARKS, chart, legend
from assistant.web.metrics.numbers import shown
from assistant.web.metrics.reading import Reading
from assistant.web.metrics.spans import in_words, moment


@dataclass(frozen=True, slots=True)
class Panel:
    """One chart. ``always`` says that it is shown though nothing was counted."""

    metric: str
    statistic: str = "Sum"
    always: bool = False

    @property
    def unit(self) -> Unit:
        """The unit of its metric."""
        return METRICS[self.metric].unit

    @property
    def title(self) -> str:
        """Its metric, with the statistic where it is no sum."""
        return self.metric if self.statistic == "Sum" else f"{self.metric}, {self.statistic}"


PANELS = (
    Panel("Invocations", always=True),
    Panel("InvocationLatency", "p50"),
    Panel("InvocationLatency", "p90"),
    Panel("TimeToFirstToken", "p50"),
    Panel("InputTokenCount"),
    Panel("OutputTokenCount"),
    Panel("InvocationClientErrors"),
    Panel("InvocationServerErrors"),
    Panel("InvocationsIntervened"),
    Panel("FindingCounts"),
    Panel("Cost"),
)


def panels_html(reading: Reading) -> str:
    """Return a chart for each metric that there is something to tell of, and name those that are left out."""
    drawn, empty = [], []
    for number, panel in enumerate(PANELS):
        series = reading.series(panel.metric, panel.statistic)
        if panel.always or any(value for each in series for value in each.values):
            drawn.append(_panel(f"{number}", panel, series, reading))
        elif panel.metric != "Cost" or reading.priced:
            empty.append(panel.title)
    none = f'<p class="hint">Nothing to draw of {escape(", ".join(empty))}.</p>' if empty else ""
    return f'{MARKS}<div class="panels">{"".join(drawn)}</div>{none}'


def _panel(key: str, panel: Panel, series: Sequence[Series], reading: Reading) -> str:
    lines = panel.unit == "Milliseconds"
    drawn = chart(key, panel.title, series, panel.unit, reading.period, lines=lines)
    return (
        f"<figure><figcaption><b>{escape(panel.title)}</b><small>{escape(METRICS[panel.metric].meaning)}</small>"
        f"</figcaption>{drawn}{legend([each.label for each in series], lines=lines)}"
        f"<details><summary>As a table</summary>{_table(panel, series, reading)}</details></figure>"
    )


def _table(panel: Panel, series: Sequence[Series], reading: Reading) -> str:
    heads = "".join(f'<th scope="col">{escape(each.label or panel.title)}</th>' for each in series)
    rows = "".join(
        f'<tr><th scope="row">{moment(at, reading.period)}</th>'
        + "".join(f"<td>{shown(each.values[place], panel.unit)}</td>" for each in series)
        + "</tr>"
        for place, at in enumerate(reading.steps)
        if any(each.values[place] for each in series)
    )
    steps = f"Steps of {in_words(reading.period)}, in UTC; steps without a value are left out."
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{escape(panel.title)}"><table class="past">'
        f'<caption>{steps}</caption><thead><tr><th scope="col">From</th>{heads}</tr></thead><tbody>{rows}</tbody>'
        "</table></div>"
    )
