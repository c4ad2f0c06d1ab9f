"""Numbers of identity, health, tax and travel, and of vehicles."""

from __future__ import annotations

import re

from presidio_analyzer.predefined_recognizers import (
    NhsRecognizer,
    UkDrivingLicenceRecognizer,
    UsItinRecognizer,
)

from assistant.guardrails.pii.checksums import health_card, luhn, uk_taxpayer, vin
from assistant.guardrails.pii.rule import Checked, Rule

_IS = (
    r"(?:\s*(?:is|was|reads|:|=|#|no\.?|num(?:ber)?|code|of|id|the|his|her|my|card|plates?|version|has|with|and|,|\(|"
    r"\)|-)\s*){0,4}\s*"
)
_HEALTH = r"(?:health (?:card|number|insurance (?:card|number))|ohip|phn|ramq|personal health number|care ?card|msp)"
_LICENCE = (
    r"(?:driv(?:er|ing|er'?s|ers'?)[' ]{0,2}\s?(?:licen[cs]e|permit|id)|dl\b|licen[cs]e (?:id|no\.?|number)|"
    r"driver id|permis de conduire)"
)
_PLATE = (
    r"(?:(?:licen[cs]e|number|car|vehicle|registration) plates?|plates?|vehicle reg(?:istration)?|reg(?:istration)? "
    r"(?:no\.?|number|mark))"
)
_NOT_SOCIAL = re.compile(r"^(?:000|666)|^\d{3}\D?00|0000$")
_ITIN = re.compile(r"^9\d\d\D?(?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])")


def _social_security(value: str) -> bool:
    return not _NOT_SOCIAL.search(value) and not _ITIN.search(value) and len(set(re.sub(r"\D", "", value))) > 1


def _many_digits(value: str) -> bool:
    return sum(map(str.isdigit, value)) >= 4


def _letters_and_digits(value: str) -> bool:
    return bool(re.search(r"\d", value) and re.search(r"[A-Za-z]", value)) and 4 <= len(re.sub(r"\W", "", value)) <= 10


RULES = [
    Rule(
        "US_SOCIAL_SECURITY_NUMBER",
        Checked(
            "US_SOCIAL_SECURITY_NUMBER",
            r"(?<![\w.+-])\d{3}([- .])\d{2}\1\d{4}(?![\w]|[.-]\d)",
            check=_social_security,
        ),
        near=r"\b(?:ssns?|social security|social)\b",
        against=r"\b(?:isbn|version|part (?:no|number)|order|phone|tel|fax)\b[^.]{0,20}$",
    ),
    Rule(
        "US_SOCIAL_SECURITY_NUMBER",
        Checked("US_SOCIAL_SECURITY_NUMBER", r"(?<![\w.+-])\d{9}(?![\w]|[.-]\d)", check=_social_security),
        near=r"\b(?:ssns?|social security|social)\b",
        needs=True,
        why="the words around it",
    ),
    Rule(
        "US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER",
        UsItinRecognizer(
            supported_entity="US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER", patterns=UsItinRecognizer.PATTERNS[2:]
        ),
        near=r"\b(?:itin|tax(?:payer)?|tin)\b",
    ),
    Rule(
        "US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER",
        UsItinRecognizer(supported_entity="US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER"),
        near=r"\b(?:itin|individual tax\w*|taxpayer|tax id)\b",
        needs=True,
        why="its form and the words around it",
    ),
    Rule(
        "US_PASSPORT_NUMBER",
        Checked(
            "US_PASSPORT_NUMBER",
            rf"\bpassport{_IS}\K(?:[A-Z]\d{{8}}|\d{{9}}|[A-Z]{{2}}\d{{7}})\b",
            r"\b(?:[A-Z]\d{8}|\d{9})(?= (?:is|as) (?:my|the|his|her) passport)",
        ),
        labelled=True,
    ),
    Rule(
        "CA_SOCIAL_INSURANCE_NUMBER",
        Checked(
            "CA_SOCIAL_INSURANCE_NUMBER",
            r"(?<![\w.+-])\d{3}([- ]?)\d{3}\1\d{3}(?![\w]|[.-]\d)",
            check=luhn,
        ),
        near=r"\b(?-i:SIN|NAS)\b|\bsin(?:'s|:| is| no\b| num)|\bsocial insurance|\bassurance sociale",
        needs=True,
        why="its check digit and the words around it",
    ),
    Rule(
        "CA_HEALTH_NUMBER",
        Checked(
            "CA_HEALTH_NUMBER",
            rf"\b{_HEALTH}{_IS}\K\d{{4}}[- ]?\d{{3}}[- ]?\d{{3}}(?:[- ]?(?-i:[A-Z]{{2}}))?\b",
            rf"\b{_HEALTH}{_IS}\K(?:[A-Z]{{4}}[ -]?\d{{4}}[ -]?\d{{4}}|\d{{5}}[- ]?\d{{4}}"
            rf"|\d{{3}}[- ]?\d{{3}}[- ]?\d{{3}})\b",
        ),
        labelled=True,
    ),
    Rule(
        "CA_HEALTH_NUMBER",
        Checked(
            "CA_HEALTH_NUMBER",
            r"(?<![\w.+-])\d{4}[- ]?\d{3}[- ]?\d{3}(?:[- ]?(?-i:[A-Z]{2}))?(?![\w]|[.-]\d)",
            check=lambda value: health_card(value[:12]),
        ),
        near=rf"\b{_HEALTH}\b|\b(?:ontario|british columbia|canadian)\b[^.]{{0,30}}\bhealth\b",
        needs=True,
        why="its check digit and the words around it",
    ),
    Rule(
        "UK_NATIONAL_HEALTH_SERVICE_NUMBER",
        NhsRecognizer(supported_entity="UK_NATIONAL_HEALTH_SERVICE_NUMBER"),
        near=r"\b(?:nhs|national health|health service|patient)\b",
        needs=True,
        why="its check digit and the words around it",
    ),
    Rule(
        "UK_NATIONAL_INSURANCE_NUMBER",
        Checked(
            "UK_NATIONAL_INSURANCE_NUMBER",
            r"(?<!\w)(?!bg|gb|nk|kn|nt|tn|zz)[a-ceghj-prtw-z][a-ceghj-nprtw-z] ?\d{2} ?\d{2} ?\d{2} ?(?-i:[A-D])\b",
        ),
        near=r"\b(?:national insurance|nino|ni)\b",
        why="its form",
    ),
    Rule(
        "UK_NATIONAL_INSURANCE_NUMBER",
        Checked(
            "UK_NATIONAL_INSURANCE_NUMBER",
            r"(?<!\w)[a-z]{2}[ -]?\d{2}[ -]?\d{2}[ -]?\d{2}[ -]?[a-d]\b",
        ),
        near=r"\b(?:national insurance|nino|ni (?:no|num|code)\w*|(?-i:NI))\b",
        needs=True,
        why="its form and the words around it",
    ),
    Rule(
        "UK_UNIQUE_TAXPAYER_REFERENCE_NUMBER",
        Checked(
            "UK_UNIQUE_TAXPAYER_REFERENCE_NUMBER",
            r"(?<![\w.+-])\d{5}[ -]?\d{5}(?=k?\b)(?![.-]\d)",
            check=uk_taxpayer,
        ),
        near=r"\b(?:utr|unique tax\w*|tax(?:payer)? reference|hmrc|self[- ]assessment)\b",
        needs=True,
        why="its check digit and the words around it",
    ),
    Rule(
        "DRIVER_ID",
        Checked(
            "DRIVER_ID",
            rf"\b{_LICENCE}{_IS}\K[A-Z0-9](?:[ -]?(?=[A-Z]*\d|[A-Z]{{1,3}}\b(?!\s[a-z]{{2}}))[A-Z0-9]){{4,17}}\b",
            check=_many_digits,
        ),
        labelled=True,
    ),
    Rule(
        "DRIVER_ID",
        UkDrivingLicenceRecognizer(supported_entity="DRIVER_ID"),
        near=r"\b(?:licen[cs]e|dvla|driv\w+)\b",
    ),
    Rule(
        "LICENSE_PLATE",
        Checked(
            "LICENSE_PLATE",
            rf"\b{_PLATE}{_IS}\K(?-i:[A-Z0-9]{{1,8}}(?:[ -][A-Z0-9]{{1,5}}){{0,3}})\b",
            check=_letters_and_digits,
        ),
        labelled=True,
    ),
    Rule(
        "LICENSE_PLATE",
        Checked(
            "LICENSE_PLATE",
            r"\b(?-i:[A-HJ-PR-Y]{2}(?:0[1-9]|[1-7]\d) ?[A-HJ-PR-Z]{3}|[A-Z]{2,3}-\d{3,4}|\d[A-Z]{3}\d{3})\b",
        ),
        near=r"\b(?:car|van|truck|vehicle|parked|parking|drove|driving|plates?|dvla|number plate|registration)\b",
        needs=True,
        against=r"\b(?:flight|model|part|order|ticket|room)\b[^.]{0,10}$",
        why="its form and the words around it",
    ),
    Rule(
        "VEHICLE_IDENTIFICATION_NUMBER",
        Checked(
            "VEHICLE_IDENTIFICATION_NUMBER",
            r"(?<![\w-])(?-i:(?=[A-Z0-9]*[A-Z])(?=(?:[A-Z]*\d){5})[A-HJ-NPR-Z0-9]{13}\d{4})(?![\w-])",
            check=vin,
        ),
        near=r"\b(?:vin|vehicle|chassis|car)\b",
        why="its check digit",
    ),
    Rule(
        "VEHICLE_IDENTIFICATION_NUMBER",
        Checked(
            "VEHICLE_IDENTIFICATION_NUMBER",
            rf"\b(?:vin|vehicle identification|chassis){_IS}\K(?=[A-Z]*\d)[A-HJ-NPR-Z0-9]{{17}}\b",
        ),
        labelled=True,
    ),
    Rule(
        "AGE",
        Checked(
            "AGE",
            r"(?<![\w.,$-])(?:1[01]|\d)?\d(?=[- ]?(?:years?|yrs?|yr|y/?o|months?|weeks?)[- .]?(?:s )?(?:old|"
            r"of age)\b(?! (?:\w+ )?(?:company|startup|systems?|code|codebase|building|model|car|bug|laptop|server|"
            r"technolog\w+|paper|dataset|version|librar\w+|framework|wine|tree|house|files?|data|records?|logs?|"
            r"backups?|objects?|snapshots?|project|"
            r"programs?|keys?|certificates?)\b))",
            r"\b(?:aged?|ages)(?: is| was|:|=| of)?\s?\K(?:1[01]|\d)?\d\b(?! ?(?:%|percent|days|hours|minutes"
            r"|seconds|groups?)|[.,]\d)",
            r"\b(?:turned|turns|turning|(?:will|to|i'll|she'll|he'll) turn) \K(?:[1-9]\d?|1[01]\d)\b(?! ?(?:%"
            r"|degrees|percent|pages|times|items|\w+ into)|[.,:/]\d)",
            r"\b(?:he|she|i|who)(?:'s|'m| is| am| was)(?: now| only| just)? \K[1-9]\d?(?=(?: and|,|;|\.|\?|!| now"
            r"| this| next| with| but|$)"
            r"(?!\d))",
            r"\b(?:son|daughter|kid|child|baby|brother|sister|wife|husband|mother|father|mom|mum|dad|boy|girl"
            r"|student)"
            r"(?:'s| is| was| just turned)(?: now| only| about)? \K[1-9]\d?\b(?! ?(?:%|[a-z]+s\b)|[.,:/]\d)",
            r"\bAt \K[1-9]\d(?=, (?:she|he|I)\b)",
            r"(?<![\w.-])\d{1,3}(?= ?y/?o\b)",
        ),
        against=r"\b(?:models?|systems?|code(?:base)?|company|datasets?|software|servers?|laptop|car|house|tree|"
        r"librar\w+|versions?|accounts?|buckets?|files?|keys?|projects?) (?:is|was|are|were|turned|got) (?:\w+ )?$",
        why="the words around it",
    ),
]
