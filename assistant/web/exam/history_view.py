"""Past exams, progress, and the history as files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from assistant.exam.grade import PASS
from assistant.exam.progress import Week
from assistant.exam.session import Exam, Result
from assistant.web import words
from assistant.web.exam import pieces
from assistant.web.exam.charts import domain_lines, weeks_chart

MOST_EXAMS = 50


def history_html(
    exams: Sequence[tuple[Exam, Result]], weeks: Sequence[Week], *, said: str = "", notice: str = ""
) -> str:
    """Return the history; ``said`` tells how an import went."""
    chart, lines = weeks_chart(weeks), domain_lines(weeks)
    told = f'<p class="counts" role="status">{said}</p>' if said else ""
    body = (
        (f"<section><h3>Right by week</h3>{chart}</section>" if chart else "")
        + (f"<section><h3>By domain, week after week</h3>{lines}</section>" if lines else "")
        + _exams(exams)
    )
    return f"{pieces.head('History')}{words.notice(notice)}{told}{body or _empty()}{_files()}"


def _exams(exams: Sequence[tuple[Exam, Result]]) -> str:
    if not exams:
        return ""
    rows = "".join(_row(exam, result) for exam, result in exams[:MOST_EXAMS])
    return (
        '<section><h3>Exams</h3><table class="past"><thead><tr><th>When</th><th>What</th><th>Right</th><th>Score</th>'
        f"</tr></thead><tbody>{rows}</tbody></table></section>"
    )


def _row(exam: Exam, result: Result) -> str:
    when = words.button(_when(exam.created), do="show", exam=exam.id, at=0)
    name = "Mock exam" if exam.mode == "mock" else "Practice"
    score = ""
    if result.score is not None:
        score = f"{result.score} {'✓ passed' if result.score >= PASS else '✗ not passed'}"
    return f"<tr><td>{when}</td><td>{name}</td><td>{result.right} of {result.of}</td><td>{score}</td></tr>"


def _when(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"


def _empty() -> str:
    return (
        '<div class="done"><h2>No exam has ended yet.</h2><p>Your results and your progress by week are kept here.</p>'
        f'<p class="more">{words.button("Practise 5 questions", do="begin", mode="practice", count=5)}'
        f"{words.button('Drill flashcards', do='card', deck='flashcards')}"
        f"{words.button('Sit a mock exam', do='mock')}</p></div>"
    )


def _files() -> str:
    return (
        '<section class="files"><h3>Files</h3><p>'
        '<a class="file-link" href="/exam/export.json" download>Everything (JSON)</a>'
        '<a class="file-link" href="/exam/export.csv" download>Answers (CSV)</a>'
        '<a class="file-link" href="/exam/export.apkg" download>Cards (Anki)</a>'
        '<label class="file-link">Take in an export<input type="file" name="history" accept=".json,.csv" '
        'class="sr-only" data-focus="import"></label></p></section>'
    )
