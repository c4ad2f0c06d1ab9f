"""Lets an answer that streams through a guardrail: words go in, checked sentences come out.

A sentence is held back until it has ended and the one behind it has begun, so that nothing is judged by half of it.
Where a line ends without a full stop and a mask reaches its end (an address over two lines), it waits for the next
line. Each check reads up to `CONTEXT` characters that were shown before, so that a sentence is judged as a part of the
answer. What comes out depends on the words alone, not on how they were cut into chunks.

What this does not protect against: a secret that shows only by what comes later, in another sentence, when its first
half was harmless by itself; and harm that only the whole answer has. Sentences that were shown before a block have
been read: the caller must take them back, and show `Gate.text`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.guardrails.assessment import Grounds, replace_spans
from assistant.guardrails.findings import Finding
from assistant.guardrails.grounded import Grounded, answer_sentences
from assistant.guardrails.guardrail import Guardrail, mask_spans
from knowledge.sentences import sentences

if TYPE_CHECKING:
    from assistant.guardrails.pii import Masks

CONTEXT = 1_000
"""Characters before a sentence that are judged with it: one text unit of Bedrock's."""
LONGEST = 2_000
"""A sentence of more characters is judged in parts, cut between words."""

_SLACK = 200
_NOT_ENDED = re.compile(r"\s*(?:\Z|\[\d*(?:\]|\Z))")
"""Behind a sentence: nothing yet, or a citation marker, which belongs to it."""
_SOFT = re.compile(r"[^.!?…]\s*\n")
_SPOKEN = re.compile(r"\w")

_Span = tuple[int, int, str]


class Gate:
    """One answer on its way to a reader.

    Attributes:
        blocked: whether the answer was stopped; nothing comes out any more.
        text: what was given out so far; the document's message once it is blocked.
        findings: what was found; places are those in the words that went in.
        marked: spans of ``text`` that no passage supports, where the document says that they are only marked.
        grounds: scores against the passages, when the answer is finished.

    """

    def __init__(self, guardrail: Guardrail, *, grounded: Grounded | None = None, masks: Masks | None = None) -> None:
        self._guardrail = guardrail
        self._grounded = grounded
        self._masks = masks
        self._raw = ""
        self._ends = [0]
        self._sent = 0
        self._scores: list[float] = []
        self.blocked = False
        self.text = ""
        self.findings: list[Finding] = []
        self.marked: list[tuple[int, int]] = []
        self.grounds: Grounds | None = None

    def add(self, words: str) -> str:
        """Return what can be shown now, often nothing."""
        self._raw += words
        shown = ""
        while not self.blocked and (length := _ended(self._raw[self._ends[-1] :])):
            self._ends.append(self._ends[-1] + length)
            shown += self._judge(self._ends[-1], final=False)
        return shown

    def finish(self) -> str:
        """Return the rest. An answer whose every sentence was removed, or that is beside the question, is blocked."""
        if self.blocked:
            return ""
        self._ends.append(len(self._raw))
        shown = self._judge(len(self._raw), final=True)
        if self._grounded and not self.blocked:
            relevance = self._grounded.relevance(self._raw)
            self.grounds = self._grounded.grounds(self._raw, self._scores, relevance)
            beside = self._grounded.answer(relevance)
            self.findings += [beside] if beside else []
            empty = bool(_SPOKEN.search(self._raw)) and not _SPOKEN.search(self.text)
            if empty or (beside and beside.action == "BLOCK"):
                return self._block()
        return shown

    def _judge(self, end: int, *, final: bool) -> str:
        begin = next(place for place in self._ends if place >= min(self._sent, end - CONTEXT))
        begin = min(begin, self._sent)
        if not self._raw[self._sent : end].strip():
            return ""
        found = [moved(each, begin) for each in self._guardrail.findings("OUTPUT", self._raw[begin:end])]
        if any(finding.action == "BLOCK" for finding in found):
            self._keep(found, end)
            return self._block()
        hidden = [finding for finding in found if finding.action == "ANONYMIZE" and finding.end > self._sent]
        cut = end if final else self._cut(end, hidden)
        self._keep(found, cut)
        # What began in a sentence that was shown goes on masked.
        spans = [
            (max(start, self._sent), min(stop, cut), mask)
            for start, stop, mask in mask_spans([each for each in hidden if each.start < cut], self._masks)
        ]
        return self._show(cut, spans)

    def _cut(self, end: int, hidden: list[Finding]) -> int:
        """Return up to where nothing can still grow."""
        soft = _SOFT.search(self._raw, end - 1)
        growing = soft is not None and soft.start() == end - 1
        cut = end
        for each in sorted(hidden, key=lambda finding: -finding.start):
            reaches = growing and not _SPOKEN.search(self._raw, each.end, end)
            if each.end > cut or (reaches and each.start < cut):
                cut = max(place for place in self._ends if place <= max(each.start, self._sent))
        return cut if end - cut <= LONGEST else end

    def _show(self, cut: int, masks: list[_Span]) -> str:
        begin, self._sent = self._sent, cut
        removed, doubtful = self._grounding(begin, cut)
        spans = sorted([*masks, *removed], key=lambda span: (span[0], -span[1]))
        shown = self._again(replace_spans(self._raw[begin:cut], _until(spans, begin, cut)))
        for start, end in doubtful:
            pieces = (replace_spans(self._raw[begin:place], _until(spans, begin, place)) for place in (start, end))
            before, until = (len(self._again(piece)) for piece in pieces)
            self.marked.append((len(self.text) + before, len(self.text) + until))
        self.text += shown
        return shown

    def _grounding(self, begin: int, cut: int) -> tuple[list[_Span], list[tuple[int, int]]]:
        removed: list[_Span] = []
        doubtful: list[tuple[int, int]] = []
        for said in answer_sentences(self._raw[begin:cut]) if self._grounded else ():
            assert self._grounded
            score = self._grounded.score(said)
            if score is None:
                continue
            self._scores.append(score)
            if finding := self._grounded.sentence(said, score):
                start, end = said.start + begin, said.end + begin
                self.findings.append(moved(finding, begin))
                if finding.action == "BLOCK":
                    removed.append((start, end, ""))
                else:
                    doubtful.append((start, end))
        return removed, doubtful

    def _keep(self, found: list[Finding], cut: int) -> None:
        """Note findings once: those of a place when it is shown, those of the whole text when they first appear."""
        known = {(finding.policy, finding.kind, finding.action) for finding in self.findings if not finding.match}
        for finding in found:
            whole = not finding.match and (finding.policy, finding.kind, finding.action) not in known
            if whole or (finding.match and self._sent < finding.end and finding.start < cut):
                self.findings.append(finding)

    def _again(self, text: str) -> str:
        """Mask what was masked earlier in the conversation."""
        return self._masks.again(text) if self._masks else text

    def _block(self) -> str:
        self.blocked = True
        self.text = self._guardrail.document.blockedOutputsMessaging
        self.marked.clear()
        return ""


def moved(finding: Finding, by: int) -> Finding:
    """Return a finding in a part of a text as one in the whole text; one that has no place stays without."""
    return replace(finding, start=finding.start + by, end=finding.end + by) if finding.match else finding


def _ended(text: str) -> int:
    """Return the length of the first sentence if it has surely ended, else 0."""
    for _, end in sentences(text):
        if not _NOT_ENDED.match(text, end):
            return end if end <= LONGEST else _between_words(text)
    return _between_words(text) if len(text) > LONGEST + _SLACK else 0


def _between_words(text: str) -> int:
    blank = max(text.rfind(" ", 1, LONGEST), text.rfind("\n", 1, LONGEST))
    return blank if blank > 0 else LONGEST


def _until(spans: list[_Span], begin: int, place: int) -> list[_Span]:
    return [(start - begin, min(end, place) - begin, mask) for start, end, mask in spans if start < place]
