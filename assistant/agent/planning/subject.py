"""What a request is about, in its own words: the topic of a quiz, what to search for, the question to answer."""

from __future__ import annotations

import re

_ABOUT = r"(?:about|on|over|regarding|concerning|covering|around)"
_NOTES = (
    r"(?:(?:my|the|our|all|your)\s+)*(?:(?:study|lecture|own|course|class|exam)\s+)*"
    r"(?:notes?|material|documents?|files?|notebooks?|texts?)(?:\s+of\s+me)?"
)
_SAID = r"(?:mentioned|discussed|explained|described|covered|written|treated|said)"
_DEALS = (
    r"(?:mention(?:s|ing)?|talks?\s+about|cover(?:s|ing)?|deals?\s+with|treats?(?:\s+of)?|explains?|discuss(?:es)?)"
)
_LOOK = r"(?:search|find|locate|look\s+up|look\s+for)"
_ASK = r"(?:quiz+(?:es|ed)?|tests?|grill|drill|examine|challenge|question|ask)"
_ASKED_FOR = r"(?:quiz+(?:es|ed)?|tests?|questions?|qs|things?|stuff|something|anything|drill|grill|examine|exercise)"


def _compiled(*patterns: str) -> list[re.Pattern[str]]:
    return [re.compile(pattern, re.IGNORECASE) for pattern in patterns]


# The first pattern that finds something names it, so the surer ones come first.
_TOPIC = _compiled(
    r"^(?:pop\s+)?(?:quiz|test)\s*:\s*(?P<it>.+)$",
    rf"\b{_ASKED_FOR}\b.*?\s{_ABOUT}\s+(?P<it>.+)$",
    r"\b(?:knowledge|understanding|command|grasp)\s+(?:of|in|about|on)\s+(?P<it>.+)$",
    r"\b(?:doubts?|weak|unsure|shaky|bad|not sure)\s+(?:in|on|about|with|at)\s+(?P<it>.+)$",
    r"\b(?:what|how much)\s+i\s+(?:still\s+)?(?:know|remember|understand|learnt|learned|recall)\s+"
    r"(?:of|about|on|from)\s+(?P<it>.+)$",
    r"\b(?:if|whether|that|do|am)\s+i\s+(?:really\s+|still\s+)?(?:know|remember|understand|get|recall)\s+(?P<it>.+)$",
    rf"\b{_ASK}\s+me\b.*?\s(?:{_ABOUT}|in|of|with)\s+(?P<it>.+)$",
    r"\b(?:quiz+|test|questions?)\b.*?\s(?:of|for|in|from)\s+(?P<it>(?!me\b).+)$",
    rf"^\w+\s+me\s+{_ABOUT}\s+(?P<it>.+)$",
    r"^(?P<it>.+?)\s+(?:quiz|test)(?:\s+me)?$",
    rf"^\s*(?:(?:and|now|the|same|thing|ok|then|next|rather|but)\s+)*"
    rf"(?:{_ABOUT}|for|what about|how about|with)\s+(?P<it>.+)$",
)
_QUERY = _compiled(
    rf"^(?:search|find|look\s?up|grep|scan)?\s*(?:in\s+)?{_NOTES}?\s*:\s*(?P<it>.+)$",
    rf"\bwhere\s+(?:in\s+{_NOTES}\s+)?(?:do|does|can i find|have i written)\s+(?:{_NOTES}\s+)?"
    rf"(?:{_DEALS}|(?:i\s+)?(?:wrote|written)\s+(?:about|on))\s+(?P<it>.+)$",
    rf"\bwhere\s+(?:in\s+{_NOTES}\s+)?(?:it\s+)?(?:is|are)\s+(?:it\s+|something\s+)?{_SAID}\s+(?:about|on|of)\s+(?P<it>.+)$",
    rf"\bwhere\s+(?:in\s+{_NOTES}\s+)?(?:is|are)\s+(?P<it>.+?)\s+(?:{_SAID}|in\s+{_NOTES}).*$",
    rf"\bwhere\s+(?P<it>.+?)\s+(?:is|are)\s+(?:{_SAID}|in\s+{_NOTES}).*$",
    rf"\b(?:that|which)\s+(?:{_DEALS}|(?:is|are)\s+about)\s+(?P<it>.+)$",
    rf"\b{_NOTES}\s+(?:that\s+|which\s+|are\s+|do\s+)?(?:{_DEALS}|about|on|contain)\s+(?P<it>.+)$",
    rf"\b(?:search|scan|browse|look|comb|go|hunt|grep|check|dig)(?:ing)?\s+(?:(?:in|into|through|at|over|up)\s+)*{_NOTES}\s+"
    r"(?:for|about|on|the\s+parts?\s+(?:of|about|on)|after)\s+(?P<it>.+)$",
    rf"\b(?:sections?|passages?|parts?|chapters?|pages?|places?|paragraphs?|bits?)\s+(?:in\s+{_NOTES}\s+)?"
    r"(?:where\s+.*?\b)?(?:about|on|of|for|covering|mentioning|concerning|treating|dealing with)\s+(?P<it>.+)$",
    r"\b(?:what(?:ever)?|something|anything)\s+(?:did\s+|have\s+)?i\s+(?:wrote|write|written|noted|note)\s+"
    r"(?:down\s+)?(?:about|on|of)\s+(?P<it>.+)$",
    rf"\b(?:anything|something|everything|notes?|material|stuff)\s+(?:in\s+{_NOTES}\s+)?(?:about|on|for|of)\s+(?P<it>.+)$",
    rf"\b(?:{_LOOK}|get|show(?:\s+me)?|pull\s+up|open)\s+(?:me\s+)?(?:for\s+)?(?P<it>.+?)\s+(?:up\s+)?"
    rf"(?:in|inside|within|from|through)\s+{_NOTES}$",
    rf"\b{_LOOK}\s+(?:for\s+|me\s+)?(?P<it>(?!{_NOTES}$|something|anything).+)$",
)
_FROM_NOTES = re.compile(
    r"[\s,]*(?:\b(?:according\s+to|based\s+(?:only\s+)?(?:on|upon)|on\s+the\s+basis\s+of|from|per|as\s+per|going\s+by|"
    rf"judging\s+by|by|using|with|in\s+view\s+of)\s+(?:only\s+|just\s+|nothing\s+but\s+)?{_NOTES}(?:\s+only)?|"
    rf"\b(?:please\s+)?(?:answer|reply)\s+(?:only\s+|me\s+)?(?:from|with|using|out\s+of)\s+{_NOTES}(?:\s+only)?)\b"
    r"\s*[,:;.]?\s*",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"(?:[\s,;.!?]+(?:please|pls|plz|thanks?|thank you|lol|now|real quick|quickly|quick|for me|a bit|a little|today|"
    r"right now|rn|kindly|ok|okay|tho|though|if (?:you|u) can|with \d+ (?:questions?|qs)|"
    r"(?:like\s+)?\d+\s*(?:questions?|qs?|items|times)|quiz style|"
    r"(?:and\s+)?(?:quiz|test|ask|take|make|do|please take)\b.*\b(?:me|it)\b.*|"
    r"(?:show|find) (?:me|it|them)))+[\s.!?]*$|[\s,;.!?]+$",
    re.IGNORECASE,
)
_LEAD = re.compile(r"^(?:(?:the|a|an|some|my|topic|subject|of)\s+)+", re.IGNORECASE)
_IN_NOTES = re.compile(rf"\s+(?:in|from|inside|within)\s+{_NOTES}$", re.IGNORECASE)
_PRONOUN = re.compile(
    r"^(?:it|that|this|them|those|these|that one|the same|this topic|that topic|the same (?:topic|thing)|him|her)$",
    re.IGNORECASE,
)
_NOTHING = re.compile(
    r"^(?:me|my|notes?|something|anything|things?|stuff|it all|everything|a topic|questions?|one|"
    r"(?:my |the )?(?:notes?|material|knowledge|exam))$",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"^\W*(?:(?:please|so|and|ok)\s+)*(?:what(?:'s|’s|s| is| are| does| do| was)?|who(?:'s| is| are)?|"
    r"how (?:does|do|is|are)|why (?:is|are|does|do)|explain|define|describe|tell me about|"
    r"when (?:should|do|would) (?:i|you|one) use|where (?:is|are))\s+(?:to me\s+)?(?:(?:an?|the)\s+)?(?P<it>.+?)"
    r"(?:\s+(?:work|works|mean|used for|do|important|useful))?\W*$",
    re.IGNORECASE,
)


def find_topic(text: str) -> str | None:
    """Return what a quiz is wanted on; a pronoun as it is ("it"), None where nothing is named."""
    return _first(_TOPIC, text)


def find_query(text: str) -> str | None:
    """Return what is searched for in the notes."""
    return _first(_QUERY, text)


def find_question(text: str) -> str:
    """Return the question without "according to my notes", or as it is where little would be left."""
    rest = _FROM_NOTES.sub(" ", text, count=1).strip(" ,:;.")
    return rest if len(re.findall(r"\w+", rest)) >= 2 and rest != text else text


def asked_about(text: str) -> str:
    """Return what a question is about: of "what is Kendra?" it is "Kendra"; the whole where that is not seen."""
    found = _ASKED.match(text)
    return _clean(found["it"] if found else text)


def is_pronoun(topic: str) -> bool:
    """Say whether a topic is a word for something that was named before."""
    return bool(_PRONOUN.match(topic))


def _first(patterns: list[re.Pattern[str]], text: str) -> str | None:
    pronoun = None
    for pattern in patterns:
        if found := pattern.search(text):
            topic = _clean(found["it"])
            if not topic or _NOTHING.match(topic):
                continue
            if not is_pronoun(topic):
                return topic
            # "I understand IAM, ask me about it": another pattern may find what "it" is.
            pronoun = pronoun or topic
    return pronoun


def _clean(topic: str) -> str:
    before = ""
    while before != topic:
        before = topic
        topic = _IN_NOTES.sub("", _TAIL.sub("", topic))
    return _LEAD.sub("", topic).strip(" \"“”'‘’")
