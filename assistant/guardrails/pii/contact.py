"""How to reach somebody or something: e-mail, telephone, web and network addresses."""

from __future__ import annotations

import ipaddress
import re

import phonenumbers
from presidio_analyzer.predefined_recognizers import MacAddressRecognizer

from assistant.guardrails.pii.rule import Checked, Rule

_CALL = (
    r"\b(?:(?:tele)?phones?|mobile|cell(?:phone)?|tel|fax|call(?:s|ed|ing|back)?|sms|text(?:ed|ing)?|whats ?app|"
    r"signal|dial\w*|ring|reach(?:able|ed)?|contact|messages?|voice ?mail|pager|hot ?line|desk|office|home|work|"
    r"landline|(?:my|his|her|your|their|our) number|answer\w*|extension|ext|notify|helpline)\b"
)
_NO_CALL = (
    r"\b(?:isbn|issn|order|invoice|ticket|tracking|serial|version|arxiv|doi|imei|account|routing|ssn|social|passport|"
    r"licen[cs]e|plate|card|cvv|pin|nhs|utr|sin|itin|ohip|phn|health|policy|job|case|run|build|port|error|seed|"
    r"customer|student|model|part|commit|date|epoch)(?: (?:number|no\.?|id|code))?(?: is)?[:# ]{0,3}$"
)
_DATE = re.compile(
    r"(?:(?:19|20)\d\d([-/. ])(?:0?[1-9]|1[0-2])\1[0-3]?\d(?!\d)|[0-3]?\d([-/. ])[0-3]?\d\2(?:19|20)\d\d\b)"
    r"|^97[89][- ]|^\d{3}([- .])\d\d\3\d{4}$"
)
_GENERIC = (
    r"com|org|net|edu|gov|mil|info|biz|io|co\.(?:uk|jp|nz|za|in|kr)|(?:ac|gov|org)\.uk|com\.(?:au|br|mx|cn|tr)|de|fr"
)
_DOTTED = r"(?-i:(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,4})"


def _telephone(value: str) -> bool:
    digits = re.sub(r"\D", "", value)
    if _DATE.match(value) or len(set(digits)) < 3 or not 7 <= len(digits) <= 15:
        return False
    if not value.startswith("+"):
        return True
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(value, None))
    except phonenumbers.NumberParseException:
        return False


def _internet(value: str) -> bool:
    try:
        address = ipaddress.ip_interface(value).ip
    except ValueError:
        return False
    mask = address.version == 4 and (int(address) >> 24 in (0, 255))
    return not (address.is_loopback or address.is_unspecified or mask) and any(map(str.isdigit, value))


RULES = [
    Rule(
        "EMAIL",
        Checked(
            "EMAIL",
            r"(?<![\w.+%-])[\w.+%&'*/=?^`{|}~#$!-]{0,63}[\w+}~-]@(?:[\w-]{1,63}\.){1,5}\p{L}[\w-]{1,23}(?![\w@])",
            r"(?<![\w.])[\w.+-]{1,64} ?[\[(] ?at ?[\])] ?[\w-]{1,63}(?: ?(?:[\[(] ?dot ?[\])]"
            r"|\.) ?[\w-]{2,24}){1,4}(?!\w)",
        ),
    ),
    Rule(
        "PHONE",
        Checked(
            "PHONE",
            r"(?<![\w.+])\+\d{1,3}(?:[ ().-]{0,2}\d){6,13}(?!\w)",
            r"(?<![\w.+-])(?:00\d?[ -]?|1[ .-])?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}(?![\w]|[.-]\d)",
            r"(?<![\w.+-])\(0?\d{2,5}\)[ -]?\d{3,4}[ -]?\d{3,4}(?![\w]|[.-]\d)",
            r"(?<![\w.+-]|\d )00[1-9]\d{0,2}(?:[ -]\d{2,4}){2,4}(?![\w]|[ .-]\d)",
            r"(?<![\w.+-]|\d )0\d{2,4}(?:[ -]\d{2,4}){2,4}(?![\w]|[ .-]\d)",
            check=_telephone,
        ),
        near=_CALL,
        against=_NO_CALL,
    ),
    Rule(
        "PHONE",
        Checked(
            "PHONE",
            r"(?<![\w.+:/-])\d{2,6}(?:[ .-]\d{2,6}){1,5}(?![\w:/]|[.-]\d)",
            r"(?<![\w.+:/-])\d{7,11}(?![\w:/]|[.-]\d)",
            check=_telephone,
            score=0.2,
        ),
        near=_CALL,
        needs=True,
        against=_NO_CALL,
        why="its form and the words around it",
    ),
    Rule(
        "URL",
        Checked(
            "URL",
            r"\b(?:https?|ftps?)://[^\s<>\"'`{}|\\^\[\]]+(?<![.,;:!?)*_])",
            r"(?<![\w@/.-])www\d?\.(?:[\w-]{1,63}\.){1,4}\p{L}{2,24}(?::\d+)?(?:/[^\s<>\"'`{}|\\^\[\]]*"
            r"(?<![.,;:!?)*_]))?",
            rf"(?<![\w@/.:\\-]){_DOTTED}(?:{_GENERIC})\b(?![\w(\[@=-]|\.\w)(?::\d+)?(?:/[^\s<>\"'`{{}}|\\^\[\]]*"
            rf"(?<![.,;:!?)*_]))?",
            rf"(?<![\w@/.:\\-]){_DOTTED}[a-z]{{2}}/[^\s<>\"'`{{}}|\\^\[\]]*(?<![.,;:!?)*_])",
        ),
    ),
    Rule(
        "IP_ADDRESS",
        Checked(
            "IP_ADDRESS",
            r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?:/\d{1,2})?(?![\w]|\.\d)",
            r"(?<![\w:.])(?=[0-9a-f:]{0,4}:)(?:[0-9a-f]{0,4}:){2,7}(?:[0-9a-f]{1,4}|"
            r"(?:\d{1,3}\.){3}\d{1,3})?(?:/\d{1,3})?(?![\w:]|\.\d)",
            check=_internet,
        ),
        against=r"\b(?:version|release|build|v|section|chapter|firmware)[ :]{0,2}$",
    ),
    Rule("MAC_ADDRESS", MacAddressRecognizer()),
]
