"""A run in GitHub's Markdown, short enough for a pull request."""

from __future__ import annotations

import re
from textwrap import shorten

from eval.folder import Figure, RunFolder
from eval.report.content import OUTCOMES, ROWS, Content, interval, number, read, score_of, visible

_WORST = 5
_ARROWS = {"higher": " ↑", "lower": " ↓", "neither": ""}
_MARKUP = re.compile(r"[\\`*_{}\[\]()|~!]|(?<=www)\.|:(?=//)")
_ENTITIES = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;", ord("$"): "&#36;"}
_CALLS = re.compile("@|(?<!&)#")
"""What GitHub takes for a mention or an issue, unless a word joiner follows."""


def markdown(run: RunFolder) -> str:
    """Return the first figures with intervals beside the control rows, the worst samples, and what was run.

    Raises:
        InputError: the folder is no run, or has not been scored.

    """
    content = read(run)
    spec = content.manifest.spec
    title = " · ".join(escape(part) for part in (spec.suite, spec.system, spec.model) if part)
    return (
        "\n\n".join(part for part in (f"### {title}", _figures(content), _worst(content), _spec(content)) if part)
        + "\n"
    )


def escape(text: str) -> str:
    """Return a text that GitHub shows as it is, on one line: no markup, no links, no mentions, no new cell."""
    plain = _MARKUP.sub(r"\\\g<0>", visible(" ".join(text.split()))).translate(_ENTITIES)
    return _CALLS.sub("\\g<0>\u2060", plain)


def _figures(content: Content) -> str:
    rows = content.rows
    head = ["", *(ROWS.get(row, (row, ""))[0] for row in rows), "n"]
    lines = [[f"{escape(name)}{_ARROWS[score_of(name).better]}", *_cells(content, name)] for name in content.headline()]
    if not lines:
        return "No figures: no metric concerns these samples."
    note = "Values with 95 % intervals; ↑ higher is better, ↓ lower is better. "
    note += "; ".join(f"*{name}*: {says}" for row, (name, says) in ROWS.items() if row in rows[1:])
    return f"{_table([head, *lines])}\n\n{note}."


def _cells(content: Content, name: str) -> list[str]:
    figures = [content.figure(row, name) for row in content.rows]
    n = figures[0].n if figures[0] else 0
    failed = figures[0].failed if figures[0] else 0
    return [
        *(_figure(figure, score_of(name).unit) for figure in figures),
        f"{n}, {failed} failed" if failed else str(n),
    ]


def _figure(figure: Figure | None, unit: str) -> str:
    return " ".join(part for part in (number(figure.value, unit), interval(figure)) if part) if figure else "–"


def _worst(content: Content) -> str:
    names = content.headline()
    worst = content.worst(_WORST)
    if not worst:
        return ""
    lines = [["sample", "outcome", f"{escape(names[0])}" if names else "", "question", "answer"]]
    for sample in worst:
        case = content.cases[sample]
        said = case.output.error or case.output.prediction or ", ".join(case.output.letters)
        lines.append(
            [
                escape(sample),
                OUTCOMES[content.outcome(sample)],
                number(content.sample_scores(sample).get(names[0])) if names else "",
                escape(shorten(case.sample.prompt, 160, placeholder=" …")),
                escape(shorten(said, 240, placeholder=" …")),
            ]
        )
    return f"<details><summary>Samples worth a look</summary>\n\n{_table(lines)}\n\n</details>"


def _spec(content: Content) -> str:
    manifest = content.manifest
    given = {
        name: value for name, value in manifest.spec.model_dump(exclude_defaults=True).items() if name != "metrics"
    }
    parts = [f"{name} {value}" for name, value in ({"split": manifest.spec.split} | given).items()]
    parts += [f"samples {len(content.cases)} of {manifest.samples}", f"errors {content.summary.errors}"]
    parts += [f"run {manifest.id}", manifest.created]
    return f"<sub>{' · '.join(escape(part) for part in parts)}</sub>"


def _table(lines: list[list[str]]) -> str:
    head, *rest = [f"| {' | '.join(line)} |" for line in lines]
    return "\n".join([head, "|---" * len(lines[0]) + "|", *rest])
