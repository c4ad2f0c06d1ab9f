"""The questions of the bank that are about a topic."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.exam.question import Question
    from knowledge.embed import Embedder, Vectors
    from knowledge.outline import NoteSection

NEAR = 0.45
"""Cosine of a topic and a heading from which the section is about it: of 15 topics of the notes 14 have such a heading
(overfitting 0.78, security 0.50); the best of "cooking pasta" is 0.30."""


def questions_about(
    topic: str,
    questions: Collection[Question],
    outline: Mapping[str, NoteSection],
    embedder: Callable[[], Embedder],
    enough: int,
) -> tuple[str, ...]:
    """Return the ids of questions about a topic; none where there are none.

    Those that name it, themselves, in a right option or in the heading of their section; and where these are not
    enough, also those of the sections whose headings are nearest to it.
    """
    word = re.compile(rf"(?<!\w){re.escape(topic.strip())}(?!\w)", re.IGNORECASE)
    named = {one.id for one in questions if word.search(_text(one, outline))}
    if len(named) >= enough:
        return tuple(sorted(named))
    known = sorted({one.sections[0] for one in questions if one.sections[0] in outline})
    vectors = _headings(embedder(), tuple(outline[key].title for key in known))
    cosines = vectors @ embedder().encode([topic])[0]
    found = dict.fromkeys(sorted(named))
    for cosine, key in sorted(zip(cosines, known, strict=True), reverse=True):
        if cosine < NEAR or len(found) >= enough:
            break
        found |= dict.fromkeys(one.id for one in questions if one.sections[0] == key)
    return tuple(found)


def _text(question: Question, outline: Mapping[str, NoteSection]) -> str:
    right = [question.options[letter] for letter in question.key if letter in question.options]
    title = outline[question.sections[0]].title if question.sections[0] in outline else ""
    return "\n".join([question.stem, *right, title])


@lru_cache(maxsize=2)
def _headings(embedder: Embedder, titles: tuple[str, ...]) -> Vectors:
    return embedder.encode(titles)
