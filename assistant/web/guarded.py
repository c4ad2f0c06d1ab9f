"""What the guardrail did about a question and its answer, as the chat and the exam show it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from html import escape

from assistant.addresses import note_address
from assistant.chat.events import Dropped, Noted
from assistant.web import words
from assistant.web.guardrails.kinds import CONTENT, capital, in_words

UNSUPPORTED = "Your notes do not support this sentence"


def blocked_html(message: str, noted: Sequence[Noted]) -> str:
    """Return the notice that stands in the place of an answer that was stopped, and why."""
    kinds = _counted(each for each in noted if each.action == "BLOCK" and each.source != "DOCUMENT")
    why = "; ".join(_explained(policy, kind) for policy, kind in kinds)
    because = f'<p class="why"><b>Why</b> {escape(capital(why))}.</p>' if why else ""
    return f'<div class="guarded" role="note"><p>{escape(message)}</p>{because}</div>'


def noted_html(noted: Sequence[Noted], doubtful: Sequence[tuple[int, int]] = (), *, blocked: bool = False) -> str:
    """Return one small line that says what was done to what was asked and answered; nothing where nothing was.

    Args:
        noted: what the guardrail found.
        doubtful: spans of the answer that are underlined.
        blocked: whether there is no answer.

    """
    done = [("Masked", _counted(each for each in noted if each.action == "ANONYMIZE"))]
    if not blocked:
        removed = (each for each in noted if each.kind == "GROUNDING" and each.action == "BLOCK")
        done.append(("Removed", _counted(removed)))
    said = [
        f"{label}: " + ", ".join(f"{in_words(*kind)} ({count:,})" for kind, count in kinds.items())
        for label, kinds in done
        if kinds
    ]
    line = escape(" · ".join(said))
    if doubtful:
        underlined = "sentences" if len(doubtful) > 1 else "this sentence"
        legend = f'<span class="doubtful">Underlined</span>: your notes do not support {underlined}'
        line = f"{line} · {legend}" if line else legend
    return f'<p class="noted">{line}</p>' if line else ""


def kept_back(dropped: Sequence[Dropped]) -> str:
    """Return how many passages were kept from the model: "1 passage kept back"."""
    return f"{words.count(len(dropped), 'passage')} kept back" if dropped else ""


def dropped_html(dropped: Sequence[Dropped]) -> str:
    """Return the passages that were kept from the model, with the reason; their text folds away."""
    if not dropped:
        return ""
    rows = "".join(_dropped(each) for each in dropped)
    return f'<section class="kept-back" aria-label="Kept from the model"><h3>Kept from the model</h3>{rows}</section>'


def _dropped(each: Dropped) -> str:
    path = " <i>›</i> ".join(escape(part) for part in each.heading)
    same = each.start_line == each.end_line
    there = escape(note_address(each.collection, each.file, each.start_line))
    lines = f"line {each.start_line}" if same else f"lines {each.start_line}–{each.end_line}"
    return (
        f'<section class="source dropped"><header><div><p class="path">{path or escape(each.file)}</p>'
        f'<p class="file">{escape(each.file)}<span>{lines}</span></p></div></header>'
        f'<p class="reason">{escape(each.why)}</p>'
        # As it stands in the file: what tries to steer a model should be seen and not rendered.
        f'<details><summary>Show the passage</summary><div class="plain">{escape(each.text)}</div></details>'
        f'<a class="place" href="{there}">Open in the notes</a></section>'
    )


def _counted(noted: Iterable[Noted]) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for each in noted:
        found[each.policy, each.kind] += each.count
    return found


def _explained(policy: str, kind: str) -> str:
    name = in_words(policy, kind)
    return f"{name} ({CONTENT[kind][1]})" if policy == "contentPolicy" and kind in CONTENT else name
