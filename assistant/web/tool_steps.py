"""What the agent did on the way to an answer, as the chat shows it: tools, what came of them, and what it asks."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import escape
from typing import Any
from urllib.parse import parse_qs, quote

from assistant.chat.events import Answer, Place, Step, StepState
from assistant.web.compose.files import link

_SAID: dict[StepState, str] = {
    "waiting": "waits for you",
    "done": "done",
    "refused": "not done",
    "declined": "not done, as you wished",
    "failed": "failed",
    "stopped": "stopped",
}


def steps_html(steps: Sequence[Step], rationale: str = "", conversation_id: str = "") -> str:
    """Return the steps with their results, players and links; why and with which arguments folds away.

    Args:
        steps: in the order in which they were taken.
        rationale: why these tools.
        conversation_id: whose trace can be opened.

    """
    if not steps:
        return ""
    shown = "".join(map(_step, steps))
    why = _why(steps, rationale, conversation_id)
    return f'<section class="tool-steps" aria-label="What was done">{shown}{why}</section>'


def over(answer: Answer) -> Answer:
    """Return the answer of a turn that others followed: what waited then is no longer asked."""
    steps = tuple(replace(step, state="declined") if step.state == "waiting" else step for step in answer.steps)
    return replace(answer, steps=steps)


def said_by(steps: Sequence[Step], text: str) -> bool:
    """Say whether a text is no more than what the steps show."""
    shown = "\n\n".join(step.text for step in steps if step.text)
    return bool(steps) and text.split() == shown.split()


def _step(step: Step) -> str:
    state = f'<span class="state">{_SAID[step.state]}</span>'
    head = f"<h3>{escape(tool_title(step.tool))} {state}</h3>"
    text = "".join(f"<p>{escape(line)}</p>" for line in step.text.splitlines() if line.strip())
    return (
        f'<article class="tool-step" data-state="{step.state}">'
        f"{head}{text}{_places(step.places)}{_question(step)}</article>"
    )


def tool_title(name: str) -> str:
    """Return the name of a tool as words: ``compose_music`` is Compose music."""
    return name.replace("_", " ").strip().capitalize()


def _question(step: Step) -> str:
    if step.state != "waiting":
        return ""
    return (
        f'<p class="more">{_choice("yes", "Do it", step, "primary wide")}{_choice("no", "Do not", step, "plain")}</p>'
        '<p class="hint">Nothing begins until you choose.</p>'
    )


def _choice(answer: str, label: str, step: Step, classes: str) -> str:
    return (
        f'<button type="button" class="{classes}" data-do="decide" data-answer="{answer}" '
        f'data-confirmation="{escape(step.confirmation)}">{label}</button>'
    )


def _places(places: Sequence[Place]) -> str:
    players = "".join(_player(place) for place in places if place.kind == "piece")
    links = "".join(f'<a class="place" href="{escape(place.address)}">{escape(_named(place))}</a>' for place in places)
    return players + (f'<p class="places">{links}</p>' if links else "")


def _named(place: Place) -> str:
    return f"Open {place.title} in Compose" if place.kind == "piece" else place.title


def _player(place: Place) -> str:
    piece = parse_qs(place.address.lstrip("?")).get("piece", [""])[0]
    if not piece.replace("-", "").isalnum():
        return ""
    title = escape(place.title)
    return (
        f'<figure class="piece"><img src="{link(piece, "png")}" alt="Piano roll of {title}" loading="lazy">'
        f'<audio controls preload="none" src="{link(piece, "wav")}" aria-label="{title}"></audio></figure>'
    )


def _why(steps: Sequence[Step], rationale: str, conversation_id: str) -> str:
    rows = "".join(
        f"<dt>{escape(step.tool)}</dt><dd><code>{escape(_json(step.arguments))}</code></dd>" for step in steps
    )
    reason = f"<p>{escape(rationale)}</p>" if rationale else ""
    address = f"/agent/trace/{quote(conversation_id, safe='')}.json"
    trace = f'<p><a href="{address}" target="_blank">Trace</a></p>' if conversation_id else ""
    return f'<details class="why-tools"><summary>Why, and with what</summary>{reason}<dl>{rows}</dl>{trace}</details>'


def _json(arguments: Mapping[str, Any]) -> str:
    return json.dumps(dict(arguments), ensure_ascii=False)
