"""The pieces that were made, the latest first, to open again."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from assistant.jobs.status import Status
from assistant.web import words
from assistant.web.compose.piece_view import title_of
from assistant.web.compose.places import how_it_ended, views


def pieces_html(pieces: Sequence[Status], notice: str = "") -> str:
    """Return the list, or what to do where there is none."""
    if not pieces:
        go = words.button(
            "<b>Compose the first</b><span>Choose Ode to Joy or a melody of your own, and press Compose.</span>",
            {"do": "make"},
            classes="choice",
        )
        empty = f'<div class="home empty"><h2>No pieces yet.</h2><ul class="choices"><li>{go}</li></ul></div>'
        return views("pieces") + words.notice(notice) + empty
    rows = "".join(_row(piece) for piece in pieces)
    return (
        f'{views("pieces")}{words.notice(notice)}<div class="wide" tabindex="0" role="region" aria-label="Pieces">'
        '<table class="past"><thead><tr><th scope="col">Piece</th><th scope="col">Model</th><th scope="col">Bars</th>'
        f'<th scope="col">Seed</th><th scope="col">When</th></tr></thead><tbody>{rows}</tbody></table></div>'
        '<p class="hint">They stay until the records of jobs are purged; keep what you like as a file.</p>'
    )


def _row(piece: Status) -> str:
    result, asked = piece.result, piece.arguments
    name = words.button(escape(title_of(piece)), {"do": "show", "piece": piece.id}, classes="plain name")
    state = "" if piece.state == "done" else f"<small>{how_it_ended(piece)}</small>"
    model = result.get("model") or asked.get("genre") or ""
    when = piece.created.astimezone()
    return (
        f"<tr><td>{name}{state}</td><td>{escape(str(model))}</td><td>{_number(result.get('bars') or asked.get('bars'))}"
        f"</td><td>{_number(asked.get('seed'))}</td><td>{when.day} {when:%b %H:%M}</td></tr>"
    )


def _number(value: object) -> str:
    return str(value) if isinstance(value, int) else "–"
