"""The Answers section: how the model writes, what it reads, and what everything must pass."""

from __future__ import annotations

from collections.abc import Mapping

from assistant.web.fields import form
from assistant.web.settings.form import Fields
from assistant.web.settings.places import top

NAMES = (
    "generation.temperature",
    "generation.max_tokens",
    "generation.top_p",
    "generation.top_k",
    "retrieval.passages",
    "retrieval.passage_tokens",
    "guardrail",
)
NO_GUARDRAIL = "None: nothing is checked"


def answers_html(fields: Fields, guardrails: Mapping[str, str], *, notice: str = "", done: str = "") -> str:
    """Return the section; ``guardrails`` are those that can be put in force, with what the page calls them."""
    write, read = NAMES[:4], NAMES[4:6]
    choices = {**guardrails, "": NO_GUARDRAIL}
    force = fields.sheet.value("guardrail")
    if force not in choices:
        choices = {force: f"{force} (not there)"} | choices
    body = (
        f'<h3>How the model writes</h3><div class="pair">{"".join(map(fields.number, write))}</div>'
        f'<h3>What it reads</h3><div class="pair">{"".join(map(fields.number, read))}</div>'
        f"<h3>What must be passed</h3>{fields.choice('guardrail', choices)}"
        '<div class="send"><button type="submit" class="primary wide" data-focus="save">Save</button>'
        '<p class="hint">In force from the next answer. The Chat tab can choose otherwise for one browser.</p></div>'
    )
    return (
        f"{top('answers', notice=notice, done=done, changed=bool(done))}"
        f'<section class="first">{form({"do": "save", "section": "answers"}, body, "edit answers")}</section>'
    )
