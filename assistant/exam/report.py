"""The report of a batch of answered questions: one HTML file that needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from statistics import median
from typing import Any

from assistant.exam.asked import Asked
from assistant.exam.solution import OptionNote, Solution

_STYLE = """
:root { color-scheme: light dark; --paper: #FAF7F1; --ink: #1C2030; --quiet: #5B6070; --second: #2B5C86;
  --accent: #B23A22; --line: #E4DFD4; }
@media (prefers-color-scheme: dark) { :root { --paper: #15171E; --ink: #ECE8DF; --quiet: #A4A8B5; --second: #8FB8DC;
  --accent: #F08A6B; --line: #333744; } }
body { background: var(--paper); color: var(--ink); font: 17px/1.55 Georgia, serif; margin: 32px auto; max-width: 72ch;
  padding: 0 16px; }
h1 { font-size: 26px; font-weight: 400; } h2 { font-size: 17px; margin: 0 0 8px; white-space: pre-line; }
article { padding: 24px 0; border-top: 1px solid var(--line); }
ol { list-style: none; padding: 0; margin: 0; } li { padding: 6px 0; }
.mark { font: 600 14px/1 system-ui, sans-serif; color: var(--second); }
.key { font: 600 14px/1 system-ui, sans-serif; color: var(--accent); }
small, .note, .verdict { color: var(--quiet); font: 15px/1.5 system-ui, sans-serif; }
.note { margin: 2px 0 0 24px; }
"""


@dataclass(frozen=True, slots=True)
class Row:
    """A question, as its solution holds it where there is one, and the solution, or why there is none."""

    asked: Asked
    solution: Solution | None
    error: str = ""

    @property
    def right(self) -> bool | None:
        """Whether it was answered right; None without a key."""
        if not self.asked.key:
            return None
        return self.solution is not None and set(self.solution.answer) == set(self.asked.key)


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How many of how many keyed questions were right, with the 95 % Wilson interval of the share."""

    right: int
    of: int
    low: float
    high: float
    seconds: float

    def __str__(self) -> str:
        share = f"{100 * self.right / self.of:.1f} % [{100 * self.low:.1f}, {100 * self.high:.1f}]"
        return f"{self.right} of {self.of} right, {share}; {self.seconds:.1f} s a question (median)."

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        return {
            "accuracy": round(self.right / self.of, 4),
            "interval": [round(self.low, 4), round(self.high, 4)],
            "right": self.right,
            "questions": self.of,
            "median_seconds": round(self.seconds, 3),
        }


def accuracy_of(rows: Sequence[Row]) -> Accuracy | None:
    """Return the accuracy over the questions that have a key; a question that failed counts as wrong."""
    keyed = [row for row in rows if row.right is not None]
    if not keyed:
        return None
    from scipy.stats import binomtest

    right = sum(bool(row.right) for row in keyed)
    interval = binomtest(right, len(keyed)).proportion_ci(method="wilson")
    seconds = [row.solution.seconds for row in keyed if row.solution]
    return Accuracy(right, len(keyed), float(interval.low), float(interval.high), median(seconds) if seconds else 0.0)


def report_html(rows: Sequence[Row], accuracy: Accuracy | None) -> str:
    """Return the whole report; every text is escaped."""
    told = escape(str(accuracy)) if accuracy else f"{len(rows)} questions, no keys given."
    body = "".join(_article(row) for row in rows)
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Étude: answered questions</title><style>{_STYLE}</style>"
        f"<h1>Answered questions</h1><p>{told}</p>{body}</html>"
    )


def _article(row: Row) -> str:
    if row.solution is None:
        # Its text stays out: nothing has masked what it may hold.
        return f'<article><h2>{escape(row.asked.id)}</h2><p class="verdict">{escape(row.error)}</p></article>'
    head = f"<article><h2>{escape(row.asked.id)}. {escape(row.asked.stem)}</h2>"
    if row.solution.blocked:
        return f'{head}<p class="verdict">{escape(row.solution.blocked)}</p></article>'
    verdict = {None: "", True: "Right.", False: f"Not right; the key is {', '.join(row.asked.key)}."}[row.right]
    if not row.solution.covered:
        verdict += " Your notes do not cover this question; the answer is the model's own guess."
    solution = row.solution
    options = "".join(
        _option(letter, text, solution.probabilities[letter], solution.notes[letter], letter in row.asked.key)
        for letter, text in row.asked.options.items()
    )
    sources = "".join(
        f"<li><small>[{citation.marker}] {escape(citation.file)}, line {citation.start_line}: "
        f"{escape(' › '.join(citation.heading))}</small></li>"
        for citation in solution.citations
    )
    return (
        f'{head}<p class="verdict">{escape(verdict.strip())} <small>{solution.seconds:.1f} s</small></p>'
        f"<ol>{options}</ol><ol>{sources}</ol></article>"
    )


def _option(letter: str, text: str, probability: float, note: OptionNote, key: bool) -> str:
    mark = ' <span class="mark">✓ answer</span>' if note.right else ""
    mark += ' <span class="key">key</span>' if key and not note.right else ""
    source = f" [{note.marker}]" if note.marker else ""
    said = f'<p class="note">{escape(note.text)}{source}</p>' if note.text else ""
    return f"<li>{letter}. {escape(text)}{mark} <small>{probability:.0%}</small>{said}</li>"
