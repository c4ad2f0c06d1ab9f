"""Names of people: an entity recogniser, and the words by which people are introduced.

spaCy's small model learned from newspapers: it misses names that stand alone and takes products for people. So a name
is also found behind a title ("Dr. …"), behind what introduces one ("my name is …", "my sister …"), with an initial in
the middle, and as a given name of the census; and what is a product, a common word or the namesake of a theorem is no
person.

Not found: names in small letters, names that are common words and stand alone ("Will", "Grace") unless introduced,
many names in languages other than English, and who is meant by "she" or "the head of the department".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import regex

from assistant.guardrails.pii.census import given_names
from assistant.guardrails.pii.ner import entities_model
from assistant.guardrails.pii.persons import bare, could_be, is_common, is_given, is_person
from assistant.guardrails.pii.rule import Span

if TYPE_CHECKING:
    from spacy.tokens import Doc

_CAP = r"\p{Lu}[\p{Ll}'-][\p{L}'-]*"
_FULL = (
    rf"{_CAP}(?:[ ]+(?:(?:van|von|de|der|den|da|di|del|della|dos|al|bin|ibn|el|la|le|ter|ten)[ ]+){{0,2}}"
    rf"(?:\p{{Lu}}\.?[ ]+)?{_CAP}){{0,3}}"
)
_TITLE = (
    r"(?:Mr|Mrs|Ms|Mx|Dr|Prof|Professor|Miss|Sir|Madam|Madame|Herr|Frau|Señor|Señora|Monsieur|Mme|Dame|Rev|Fr|Capt"
    r"|Captain|Sgt|Lt|Judge|Sen|Senator)"
)
_KIN = (
    r"(?:son|daughter|kid|child|wife|husband|spouse|partner|brother|sister|mother|father|mom|mum|dad|uncle|aunt|"
    r"cousin|nephew|niece|grandma|grandpa|grandmother|grandfather|friend|boyfriend|girlfriend|fianc[ée]e?|neighbou?r|"
    r"colleague|co-?worker|boss|manager|supervisor|teacher|tutor|student|classmate|roommate|flatmate|professor|"
    r"patient|client|employee|assistant|doctor|lawyer|landlord|intern|mentor|instructor|advisor)"
)
_INTRODUCED = tuple(
    regex.compile(pattern)
    for pattern in (
        rf"\b{_TITLE}\b\.?[ ]+\K{_FULL}",
        rf"(?i:\b(?:my|his|her|their|the)(?: full| first| last| real)? name(?: is|'s|:))[ ]+\K{_FULL}",
        rf"(?i:\b(?:full |first |last |middle |maiden |sur|customer |student |contact "
        rf"|patient )?name[ ]*[:=])[ \t]*\K{_FULL}",
        rf"(?i:\b(?:this is|it's|i am|i'm|call me|i go by|named|who is called|speaking to|signed by|written by"
        rf"|directed by|sincerely|regards|cheers|yours|best|thanks),?:?)[ \n]+\K{_CAP}[ ]+(?:\p{{Lu}}\.?[ ]+)?{_CAP}",
        rf"(?i:\b(?:my|our|his|her|their) (?:\w+ )?{_KIN}),?[ ]+\K{_FULL}",
        rf"(?i:\b(?:directed|written|signed|composed|sent|submitted|requested|approved|reviewed"
        rf"|prepared) by):?[ ]+\K{_FULL}",
        rf"(?<![\w.])\K{_CAP}[ ]\p{{Lu}}\.?[ ]{_CAP}(?!\w)",
        r"(?i:\b(?:student|customer|patient|client|author|instructor|teacher|from|to|attn|contact|employee|candidate|"
        rf"applicant|recipient|signed|owner|speaker|tutor|examiner))[ ]*:[ ]*\K{_CAP}[ ]+(?:\p{{Lu}}\.?[ ]+)?{_CAP}",
        rf"(?i:\b(?:regards|sincerely|cheers|yours),?)[ ]*\n+[ ]*\K{_FULL}",
        rf"\b(?:Dear|Hi|Hello|Hey)[ ]+\K{_FULL}(?=[,!:\n])",
        rf"(?i:\b(?:my name is|i am called|call me|i'm|i am))[ ]+\K{_CAP}(?=[ ]*(?:[,.!?\n]|and\b|$))",
    )
)
_SMALL = regex.compile(r"(?i:\bmy (?:first |full )?name is )\K\p{Ll}{3,}(?: \p{Ll}{3,}(?=[.,!?]|$))?")
_MISTAKEN = ("ORG", "GPE", "NORP", "PRODUCT", "WORK_OF_ART", "LOC", "FAC")
"""What the model takes for something else although it begins with a given name."""
_WORD = regex.compile(r"\p{Lu}[\p{L}'-]*\p{Ll}[\p{L}'-]*")
_PAIR = regex.compile(rf"{_CAP}[ ]{_CAP}")
_SENTENCE = regex.compile(
    rf"[^\n]*?(?:(?<!\b{_TITLE}|\b\p{{Lu}}|\b(?:vs|etc|e\.g|i\.e|St|No))[.!?](?=[\"')\]]*\s)|\n|$)"
)
_EDGE = regex.compile(
    rf"^(?:[^\p{{L}}]+|{_TITLE}\b\.?\s+|(?:Ask|Tell|Hi|Hello|Hey|Dear|The|Is|Does|Did|Was|Has|Can|By|From|Notify"
    r"|Contact|Email|Call|Choose|Meet|Thanks|Thank)\s+|ex-\p{L}+\s+)+"
)
_END = regex.compile(r"(?:'s?|[^\p{L}.]|(?<=\p{L}{3})\.)+$")


def names(text: str) -> Iterator[Span]:
    """Find names of people in a cleaned text; sentences without a word that could be one are not read."""
    for match in _SMALL.finditer(text):
        if match[0].split()[0] in given_names():
            yield Span("NAME", match.start(), match.end(), 0.9, "Found by the words in front of it.")
    for pattern in _INTRODUCED:
        for match in pattern.finditer(text):
            yield from _span(text, match.start(), match.end(), "the words in front of it", introduced=True)
    sentences = [match.span() for match in _SENTENCE.finditer(text) if _could_hold(match[0])]
    found = entities_model().pipe(text[start:end] for start, end in sentences)
    for (begin, end), entities in zip(sentences, found, strict=True):
        for entity in entities.ents:
            if entity.label_ == "PERSON" or (entity.label_ in _MISTAKEN and is_given(entity.text)):
                at = begin + entity.start_char
                yield from _span(text, at, at + len(entity.text), "an entity recogniser")
        yield from _given(text, begin, end)
        yield from _unknown(text, begin, end, entities)


def _unknown(text: str, begin: int, end: int, entities: Doc) -> Iterator[Span]:
    """Two words that no dictionary has, and that the model says nothing of."""
    for match in _PAIR.finditer(text, begin, end):
        words = [bare(word) for word in match[0].split()]
        told = entities.char_span(match.start() - begin, match.end() - begin, alignment_mode="expand")
        if not any(map(is_common, words)) and (told is None or not any(token.ent_type_ for token in told)):
            yield from _span(text, match.start(), match.end(), "two words that are in no dictionary")


def _given(text: str, begin: int, end: int) -> Iterator[Span]:
    """A given name with a surname behind it, or a frequent one that is no common word."""
    for match in _PAIR.finditer(text, begin, end, overlapped=True):
        if is_given(match[0]) and not is_common(match[0].split()[1].casefold()):
            yield from _span(text, match.start(), match.end(), "a given name in front of a surname")
    for match in _WORD.finditer(text, begin, end):
        if is_given(match[0], frequent=True) and not is_common(match[0].casefold()):
            yield from _span(text, match.start(), match.end(), "a given name")


def _could_hold(sentence: str) -> bool:
    return any(could_be(word) for word in _WORD.finditer(sentence))


def _span(text: str, start: int, end: int, how: str, *, introduced: bool = False) -> Iterator[Span]:
    """Cut a candidate to the name, and give it if it is one."""
    value = text[start:end].split("\n")[0]
    if edge := _EDGE.match(value):
        start, value = start + edge.end(), value[edge.end() :]
    if tail := _END.search(value):
        value = value[: tail.start()]
    if value and is_person(text, start, start + len(value), introduced=introduced):
        yield Span("NAME", start, start + len(value), 0.9 if introduced else 0.8, f"Found by {how}.")
