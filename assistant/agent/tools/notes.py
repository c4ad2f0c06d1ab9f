"""Action group notes: find sections of the notes, and answer from them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from pydantic import Field

from assistant.addresses import note_address
from assistant.agent.context import Context
from assistant.agent.tool import Link, Observation, tool
from assistant.errors import InputError

SHOWN = 5
"""Sections that a search shows."""
_LINE = 160
"""Characters of a section that are shown; its link leads to all of it."""

_Text = Annotated[str, Field(min_length=1, max_length=2_000)]


@tool(group="notes")
def search_notes(context: Context, query: Annotated[_Text, Field(description="What to look for.")]) -> Observation:
    """Find and list the sections of the notes about something; nothing is answered."""
    if context.searcher is None or context.guarding is None:
        raise InputError("There are no notes here. Sync some: etude sync FOLDER")
    from knowledge.search import Filter
    from knowledge.split import plain

    hits, dropped = context.guarding().passages(context.searcher().search(query, SHOWN, Filter(context.collections)))
    if not hits:
        return Observation("Nothing in your notes is near that.", data={"sections": []})
    lines, links, rows = [], [], []
    for number, hit in enumerate(hits, start=1):
        chunk = hit.chunk
        title = " > ".join(chunk.heading) or chunk.file
        begin = " ".join(plain(chunk.text).split())
        lines.append(f"{number}. {title}: {begin[:_LINE]}{'…' if len(begin) > _LINE else ''}")
        links.append(Link(title, "note", note_address(hit.collection, chunk.file, chunk.start_line)))
        rows.append({"collection": hit.collection, "file": chunk.file, "heading": list(chunk.heading)})
    kept = f"\nKept back, as they hold instructions to a model: {len(dropped)}." if dropped else ""
    return Observation("\n".join(lines) + kept, tuple(links), {"sections": rows})


@tool(group="notes")
def answer_from_notes(
    context: Context, question: Annotated[_Text, Field(description="The question, as it was asked.")]
) -> Observation:
    """Answer a question that names the notes or the material, with citations."""
    answer = context.answer(question)
    links = tuple(
        Link(" > ".join(one.heading) or one.file, "note", note_address(one.collection, one.file, one.start_line))
        for one in answer.citations
    )
    kept = {"refused": answer.refused, "blocked": answer.blocked, "usage": asdict(answer.usage)}
    return Observation(answer.text, links, kept)
