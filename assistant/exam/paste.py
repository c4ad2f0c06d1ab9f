"""Finds multiple-choice questions in pasted text, whatever their layout.

Known are options lettered or numbered in any of the usual ways (``A.``, ``b)``, ``(C)``, ``D -``, ``- [ ] E:``), one
a line or all in one line, options without any mark beneath a question mark, keys given as ``Answer: B, D``, as
``(correct)`` or as a ticked box, and many questions in one text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from assistant.errors import InputError
from assistant.exam.asked import LONGEST, Asked
from assistant.exam.question import LETTERS, asked_for

MOST_CHARACTERS = 200_000
"""Of one pasted text: about 300 questions."""

_BULLET = r"(?:[-*+•‣▪>]\s+)?"
_BOX = r"(?P<box>\[[ xX✓]?\]|[☐☑☒□■○◯●◉✓✔✅])?\s*"
_LETTERED = re.compile(rf"^\s*{_BULLET}{_BOX}[(\[]?(?P<mark>[A-Ha-h])\s?(?:[)\].:]|\s[-–—])\s*(?P<text>\S.*)$")
_NUMBERED = re.compile(rf"^\s*{_BULLET}{_BOX}[(\[]?(?P<mark>[1-8])\s?[)\].:]\s*(?P<text>\S.*)$")
_BOXED = re.compile(r"^\s*(?:[-*+•]\s+)?(?P<box>\[[ xX✓]?\]|[☐☑☒□■○◯●◉✓✔✅])\s*(?P<text>\S.*)$")
_BULLETED = re.compile(r"^\s*[-*+•‣▪–]\s+(?P<text>\S.*)$")
_INLINE = re.compile(r"(?:(?<=\s)|^)[(\[]?([A-H])[)\].:]\s+")
_ANSWER = re.compile(
    r"^\W*(?:the\s+)?(?:correct\s+|right\s+|suggested\s+)?(?:answers?|ans|key|solution)\b(?:\s*\((?:s|es)\))?\s*"
    r"(?:is|are|[:=\-–])+\s*(?P<key>\W*[A-Ha-h1-8]\b(?:[\s,;&/+.)]*(?:and\s+)?\b[A-Ha-h1-8]\b(?![’']))*)",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"^\W*(?:explanations?|rationale|references?|why|discussion|incorrect|domain|(?:correct |right )?answers?)\b\s*"
    r"(?:\(|:|\W*$|-)",
    re.IGNORECASE,
)
_NEW = re.compile(
    r"^\W*(?:(?:question|q)\s*(?:no\.?|#)?\s*\d+\b\s*[.):\-–]*|#?\d{1,3}\s*[.):])\s*(?=\S|$)", re.IGNORECASE
)
_RIGHT = re.compile(r"\s*(?:[(\[](?:correct|right|answer)(?:\s+answer)?[)\]]|[✓✔✅])\s*$", re.IGNORECASE)
_TICKED = set("xX✓☑☒■●◉✔✅")
_ASKS = re.compile(r"[?:]\s*(?:\(?[^()]*\)?\.?)?\s*$|\((?:select|choose|pick)[^)]*\)\s*\.?$", re.IGNORECASE)


@dataclass(slots=True)
class _Draft:
    stem: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)
    key: list[int] = field(default_factory=list)
    marks: str = ""
    ended: bool = False


def parse_questions(text: str) -> list[Asked]:
    """Return the questions of a pasted text, in order, lettered anew from A.

    Raises:
        InputError: there is none, one has fewer than two options, or it is far too long.

    """
    if len(text) > MOST_CHARACTERS:
        raise InputError(
            f"That text has {len(text):,} characters; {MOST_CHARACTERS:,} fit. Paste fewer questions, or use a file."
        )
    lines = [_bare(line) for line in text.replace("\t", " ").splitlines()]
    if not any(line.strip() for line in lines):
        raise InputError("There is no question. Paste one with its options, each on its own line.")
    drafts = list(_drafts(lines))
    if not any(draft.options for draft in drafts):
        drafts = _without_marks(lines)
    questions = [_asked(draft, number) for number, draft in enumerate(drafts, 1) if draft.options or draft.stem]
    if not questions:
        raise InputError("No options were found. Put each option on its own line, as in “A. Amazon Polly”.")
    return questions


def _bare(line: str) -> str:
    """Take Markdown's emphasis and quotes from a line."""
    line = re.sub(r"^\s*(?:>\s*)+", "", line.replace("\u00a0", " ").replace("\u200b", ""))
    line = re.sub(r"^\s*#{1,6}\s+", "", line)
    return "" if line.lstrip().startswith("```") else re.sub(r"(\*\*|__)(.+?)\1", r"\2", line).rstrip()


def _drafts(lines: Sequence[str]) -> Iterator[_Draft]:
    draft = _Draft()
    for at, line in enumerate(lines):
        if answer := _ANSWER.match(line):
            if draft.options:
                draft.key = _positions(answer["key"], draft.marks) or draft.key
                draft.ended = True
            continue
        if option := _option(line, draft, lines[at + 1 :]):
            _take(draft, *option)
            continue
        if draft.options and _begins(line, draft, lines[at - 1] if at else ""):
            yield draft
            draft = _Draft()
        if draft.options and not draft.ended and _AFTER.match(line):
            draft.ended = True
        if draft.ended or (not line.strip() and not draft.stem):
            continue
        if draft.options:
            if line.strip() and lines[at - 1].strip():
                draft.options[-1] += f" {line.strip()}"
        elif not _split_inline(draft, line):
            draft.stem.append(line)
    yield draft


def _option(line: str, draft: _Draft, following: Sequence[str]) -> tuple[str, bool] | None:
    """Return the words and the tick of a line that is the next option."""
    if draft.ended:
        return None
    for pattern, marks in ((_LETTERED, LETTERS), (_NUMBERED, "12345678")):
        if draft.marks not in ("", marks):
            continue
        match = pattern.match(line)
        if not match or match["mark"].upper() != marks[len(draft.options) : len(draft.options) + 1]:
            continue
        if not draft.options:
            if not draft.stem or not _continues(pattern, marks, following):
                continue
            draft.marks = marks
        return match["text"], _ticked(match["box"])
    if draft.marks in ("", "box") and (match := _BOXED.match(line)) and draft.stem:
        draft.marks = "box"
        return match["text"], _ticked(match["box"])
    return None


def _continues(pattern: re.Pattern[str], marks: str, following: Sequence[str]) -> bool:
    """Say whether a second option follows the first: "A. Smith asks ..." alone is no option."""
    for line in following:
        if match := pattern.match(line):
            return bool(match["mark"].upper() == marks[1])
        if _NEW.match(line) and pattern is _LETTERED:
            return False
    return False


def _begins(line: str, draft: _Draft, before: str) -> bool:
    if not line.strip():
        return False
    if len(draft.options) < 2:
        return False
    if _NEW.match(line) and not (draft.marks == "12345678" and not draft.ended and before.strip()):
        return True
    # Without a number, a question begins after a blank line, unless the key or the reasons go on.
    return not before.strip() and not draft.ended and not _AFTER.match(line)


def _take(draft: _Draft, words: str, ticked: bool) -> None:
    if _RIGHT.search(words):
        words, ticked = _RIGHT.sub("", words), True
    if ticked:
        draft.key.append(len(draft.options))
    if (
        draft.options
        or len(inline := _INLINE.split(words)) < 3
        or inline[1::2] != list(LETTERS[1 : len(inline[1::2]) + 1])
    ):
        draft.options.append(words.strip())
    else:
        draft.options += [part.strip(" ;,") for part in (inline[0], *inline[2::2])]


def _split_inline(draft: _Draft, line: str) -> bool:
    """Take a line that holds the stem's end and all options: "Which one? A) this B) that"."""
    parts = _INLINE.split(line)
    letters = parts[1::2]
    if len(letters) < 2 or letters != list(LETTERS[: len(letters)]) or not (draft.stem or parts[0].strip()):
        return False
    if parts[0].strip():
        draft.stem.append(parts[0].rstrip())
    draft.options = [part.strip(" ;,") for part in parts[2::2]]
    draft.marks = LETTERS
    return True


def _without_marks(lines: Sequence[str]) -> list[_Draft]:
    """Take the lines beneath the last one that asks as the options of one question."""
    filled = [line for line in lines if line.strip()]
    key: str = ""
    for at, line in enumerate(filled):
        if answer := _ANSWER.match(line):
            key, filled = answer["key"], filled[:at]
            break
        if at and _AFTER.match(line):
            filled = filled[:at]
            break
    asking = [at for at, line in enumerate(filled[:-2]) if _ASKS.search(line)]
    if not asking:
        return []
    stem, rest = filled[: asking[-1] + 1], filled[asking[-1] + 1 :]
    if not 2 <= len(rest) <= len(LETTERS):
        return []
    draft = _Draft(stem=stem, marks=LETTERS)
    for line in rest:
        bulleted = _BULLETED.match(line)
        _take(draft, bulleted["text"] if bulleted else line.strip(), False)
    draft.key = _positions(key, LETTERS) or draft.key
    return [draft]


def _positions(key: str, marks: str) -> list[int]:
    marks = marks if marks in (LETTERS, "12345678") else LETTERS
    tokens = re.findall(r"\b[A-Ha-h1-8]\b", key)
    if not tokens and (run := re.fullmatch(r"\W*([A-H]{2,5})\W*", key)):
        tokens = list(run[1])
    return sorted({marks.index(token.upper()) for token in tokens if token.upper() in marks})


def _ticked(box: str | None) -> bool:
    return bool(box) and any(sign in _TICKED for sign in str(box))


def _asked(draft: _Draft, number: int) -> Asked:
    stem = re.sub(r"\n{3,}", "\n\n", "\n".join(draft.stem)).strip()
    stem = _NEW.sub("", stem, count=1).strip()
    shown = f"“{stem[:60]}…”" if len(stem) > 60 else f"“{stem}”"
    if not stem:
        raise InputError(
            f"Question {number} has options but no question before them. Paste its text above the options."
        )
    if len(draft.options) < 2:
        raise InputError(
            f"Question {number} ({shown}) has fewer than two options. "
            "Put each option on its own line, as in “A. Amazon Polly”."
        )
    if len(draft.options) > len(LETTERS):
        raise InputError(f"Question {number} ({shown}) has more than {len(LETTERS)} options. Leave some out.")
    if len(stem) > LONGEST or any(len(option) > LONGEST for option in draft.options):
        raise InputError(f"Question {number} is longer than {LONGEST:,} characters. Shorten it.")
    options = dict(zip(LETTERS, draft.options, strict=False))
    key = tuple(LETTERS[at] for at in draft.key if at < len(options))
    told = asked_for(stem)
    choose = min(told if told > 1 else max(len(key), 1), len(options) - 1)
    return Asked(str(number), stem, options, choose, key)
