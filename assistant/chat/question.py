"""A question as it comes in: checked, and made to stand alone when it leans on the turn before."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from langchain_core.messages import BaseMessage

from assistant.chat.events import Turn
from assistant.errors import InputError
from assistant.prompts import PromptTemplate
from knowledge.keyword import stems

MAX_CHARACTERS = 4000
_LEANS = re.compile(
    r"\b(it|its|it's|they|them|their|theirs|that|this|those|these|he|she|him|her|his|one|ones|former|latter|both|"
    r"same|other|others|another|else|instead|there|too|also)\b",
    re.IGNORECASE,
)
_OPENS = re.compile(
    r"^\s*(and|but|or|so|then|also|what about|how about|what if|why|why not|more|examples?)\b", re.IGNORECASE
)


_SWAPS = re.compile(
    r"^\s*(?:and|or|what about|how about)\s+(?:the\s+)?"
    r"(?!(?:what|which|how|why|when|who|where|is|are|does|do|can|if)\b)(\S+(?:\s+\S+){0,3})$",
    re.IGNORECASE,
)
_SUBJECT = re.compile(r"(?<=\s)[A-Z][\w.+-]*(?:\s+[A-Z][\w.+-]*)*")


def check_question(text: str) -> str:
    """Return the question without blanks around it.

    Raises:
        InputError: it is empty, or longer than a question can be.

    """
    text = text.replace("\x00", " ").strip()
    if not any(character.isalnum() for character in text):
        raise InputError("The question is empty. Type a question about your notes.")
    if len(text) > MAX_CHARACTERS:
        raise InputError(
            f"The question has {len(text):,} characters, more than the {MAX_CHARACTERS:,} that Etude reads. "
            "Ask a shorter one, or save the text as a note and sync it."
        )
    return text


def leans_on_history(question: str, history: Sequence[Turn]) -> bool:
    """Say whether a question cannot be understood without the turn before it.

    A question of eight or more content words stands alone even with a pronoun in it: the pronoun then mostly points
    inside the question.
    """
    content = len(stems(question))
    if not history or content >= 8:
        return False
    return content <= 1 or bool(_OPENS.match(question)) or bool(_LEANS.search(question))


def stand_alone(
    question: str,
    history: Sequence[Turn],
    tokens: int,
    prompt: PromptTemplate,
    write: Callable[[Sequence[BaseMessage]], str],
) -> str:
    """Rewrite a follow-up with the names that it leaves out.

    "What about X?" asks the question before of X: with one name in it, X takes that name's place, without the model,
    which tends to repeat the question before instead.

    The model's rewriting is used only if it keeps the follow-up's own content words and is one question; otherwise
    the question before is put in front, which searches nearly as well and never loses a word.

    Args:
        question: the follow-up.
        history: earlier turns, oldest first; there is one.
        tokens: of the answer before that the model reads, about.
        prompt: the template of the rewriting.
        write: asks the model.

    """
    before = history[-1]
    if swapped := _swapped(question, before.question):
        return swapped
    answer = re.sub(r"\s*\[\d+\]", "", before.answer)[: 3 * tokens]
    messages = prompt.messages(conversation=f"Question: {before.question}\nAnswer: {answer}", question=question)
    written = write(messages).strip().strip('"')
    own = set(stems(_LEANS.sub(" ", _OPENS.sub(" ", question))))
    known = set(stems(f"{before.question} {answer}")) | own
    new = set(stems(written))
    if "\n" not in written and 0 < len(written) <= 300 and own <= new and len(new - known) <= 1 and new - own:
        return written
    return f"{before.question} {question}"


def _swapped(question: str, before: str) -> str:
    found = _SWAPS.match(question.rstrip(" ?!."))
    names = _SUBJECT.findall(before)
    if not found or len(names) != 1 or _LEANS.search(found[1]):
        return ""
    return before.replace(names[0], found[1])
