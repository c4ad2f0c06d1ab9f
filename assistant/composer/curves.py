"""How a training goes, as numbers and as a picture that is drawn anew after every judgement."""

from __future__ import annotations

import csv
import importlib.util
import io
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from assistant.composer.checkpoints import replace
from assistant.composer.judging import Judged

LOG, PICTURE = "log.csv", "curves.png"
TERMS = ("told", "divergence", "fooled", "found", "sameness", "critic", "total")
FIGURES = ("similarity_index", "diversity")
INK, ACCENT, QUIET = "#1f2328", "#b4552d", "#8a8f98"


class Curves:
    """Collects the losses between two judgements and writes their means with the figures of the judgement."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._sums: dict[str, list[float]] = defaultdict(list)
        self._seconds = 0.0

    def add(self, seconds: float, terms: Mapping[str, float]) -> None:
        """Note the losses of one step."""
        self._seconds = seconds
        for name, value in terms.items():
            self._sums[name].append(value)

    def judged(self, step: int, judged: Judged) -> None:
        """Write a line of the log, and the picture."""
        means = {name: sum(values) / len(values) for name, values in self._sums.items()}
        self._sums.clear()
        row = {"step": step, "seconds": round(self._seconds, 1)} | means | judged.metrics
        rows = [old for old in read_log(self.folder / LOG) if old["step"] < step]
        written = io.StringIO()
        table = csv.DictWriter(written, ["step", "seconds", *TERMS, *judged.metrics], restval="", lineterminator="\n")
        table.writeheader()
        table.writerows({k: v for k, v in one.items() if v == v} for one in [*rows, row])
        replace(self.folder / LOG, written.getvalue().encode())
        if importlib.util.find_spec("matplotlib"):
            replace(self.folder / PICTURE, draw(read_log(self.folder / LOG)))


def read_log(path: Path) -> list[dict[str, float]]:
    """Return the lines of a log; what a line lacks is left out."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [{name: float(value) for name, value in row.items() if value} for row in csv.DictReader(file)]


def draw(rows: list[dict[str, float]]) -> bytes:
    """Return a PNG: the similarity index and diversity above, the losses below."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 6), dpi=110, layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True)
    steps = [row["step"] for row in rows]
    above.plot(steps, [row["similarity_index"] for row in rows], color=ACCENT, marker=".", label="similarity index")
    above.plot(steps, [row["diversity"] for row in rows], color=QUIET, label="diversity between two seeds")
    above.set_ylim(bottom=0)
    for name, color in (("told", INK), ("critic", ACCENT), ("fooled", QUIET)):
        there = [(row["step"], row[name]) for row in rows if name in row]
        if there:
            below.plot(*zip(*there, strict=True), color=color, label=_WORDS[name])
    below.set_xlabel("step")
    for axes in (above, below):
        axes.legend(frameon=False, loc="upper right")
        axes.spines[["top", "right"]].set_visible(False)
    drawn = io.BytesIO()
    FigureCanvasAgg(figure)
    figure.savefig(drawn, format="png")
    return drawn.getvalue()


_WORDS = {"told": "cross-entropy", "critic": "discriminator (hinge)", "fooled": "generator against it"}
