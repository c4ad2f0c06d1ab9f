"""What opens a door: keys, passwords, PINs, and the names they belong to."""

from __future__ import annotations

import math
import re
from collections import Counter

from assistant.guardrails.pii.rule import Checked, Rule
from assistant.guardrails.pii.words import words

_IS = r"(?:\s*(?:is|was|:|=|->)(?: (?:now|set to|still))?)+\s*[\"'`“]?"
_PLACEHOLDER = re.compile(
    r"^[\W_]*$|^[<{\[$%]|^(?:x+|\*+|your[_-].*|(?:os|process|env|config|self|getpass|input|request)\b.*)$|\(|\)$|\[",
    re.I,
)


def _is_secret(value: str) -> bool:
    """Whether something behind 'password is' is one, and not the sentence going on, a placeholder or code."""
    word = value.strip("\"'`“”.,;:").casefold()
    return len(word) >= 4 and word not in words("no_secrets") and not _PLACEHOLDER.search(value)


def _is_user(value: str) -> bool:
    word = value.casefold().strip(".")
    return len(word) >= 3 and word not in words("no_secrets") and not _PLACEHOLDER.search(value)


def _is_aws_secret(value: str) -> bool:
    """Random base64: upper and lower case and digits, no hash in hex, no path or identifier."""
    kinds = (re.search(kind, value) for kind in ("[a-z]", "[A-Z]", "[0-9]"))
    counts = Counter(value).values()
    entropy = -sum(count / 40 * math.log2(count / 40) for count in counts)
    return all(kinds) and entropy > 3.8


_TOKEN = r"[^\s\"'`“”<>,;]{4,64}(?<![.:?)\]}])"

RULES = [
    Rule(
        "AWS_ACCESS_KEY",
        Checked("AWS_ACCESS_KEY", r"(?<![A-Za-z0-9])(?-i:(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16})(?![A-Za-z0-9])"),
    ),
    Rule(
        "AWS_SECRET_KEY",
        Checked(
            "AWS_SECRET_KEY",
            r"(?<![A-Za-z0-9/+])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])",
            check=_is_aws_secret,
        ),
        near=r"secret|\baws|access[ _-]?key|credential|\bkeys?\b|(?<![A-Za-z0-9])(?:AKIA|ASIA)",
        needs=True,
        why="its form and the words around it",
    ),
    Rule(
        "PASSWORD",
        Checked(
            "PASSWORD",
            rf"(?:\b|_)(?:password|passwd|passphrase|passcode|passwort|pass(?=\s*[:=])|pwd|pw)[\"']?{_IS}\K{_TOKEN}",
            r"\b(?:password|passphrase)[\"']?(?:\s*(?:is|was|:|=))+\s*[\"“]\K[^\"”\n]{4,64}(?=[\"”])",
            rf"\b(?:password|passphrase|passcode|pwd|pw) \K(?=\S{{0,63}}\d)(?=\S{{0,63}}[a-z]){_TOKEN}",
            rf"(?<=\b(?:use|with|enter|try|typed?) [\"'`“]?){_TOKEN}(?=[\"'`”]? (?:as|for) (?:the|my|your|a|his"
            rf"|her|our) (?:\w+ )?password)",
            r"(?<!\S)(?=\S{0,39}\d)\S{5,40}(?= is (?:my|the|his|her|our) (?:\w+ )?password)",
            rf"\b(?:reset|change|changed|set)\b[^.\n]{{0,20}} (?:password|passphrase|passcode) to [\"'`“]?\K{_TOKEN}",
            r"\s-u [\w.@-]{1,64}:\K\S{4,64}",
            r"://[^\s:/@]{1,64}:\K[^\s:/@]{3,64}(?=@)",
            check=_is_secret,
        ),
        labelled=True,
    ),
    Rule(
        "USERNAME",
        Checked(
            "USERNAME",
            r"\b(?:user ?names?|user[_ ]?id|user|login|logon|handle|screen ?name|nick(?:name)?|account name)[\"']?"
            r"(?:\s*(?::|=)\s*)[\"'`“]?\K@?[A-Za-z][\w.-]{2,31}(?<![.-])",
            r"\b(?:user ?names?|user id|(?:console )?login(?: name)?|(?:github|twitter|slack|discord|instagram|"
            r"reddit) (?:handle|name|user|account)|handle|screen ?name|nick(?:name)?|account name|"
            r"log(?:ged)?[ -]?in as|sign(?:ed)? in as|user named|user called)(?: (?:is|was|are|of|to|now|"
            r"called))*\s+[\"'`“]?\K@?(?=[A-Za-z._-]*[\d_@.-]|@)[A-Za-z_][\w.-]{2,31}"
            r"(?<![.-])",
            r"\b(?:my|his|her|their|our|your|the student's|\w+'s) (?:\w+ )?(?:user ?name|user id|login"
            r"(?: name)?|handle|screen ?name|nickname)"
            r"(?: (?:on|at|for) [\w ]{1,20})? (?:is|was) [\"'`“]?\K@?[A-Za-z][\w.-]{2,31}(?<![.-])",
            r"\b(?:logged|log|sign|signed) ?in (?:as|with) (?:user )?[\"'`“]?\K[a-z][\w.-]{2,31}(?<![.-])",
            r"(?<![\w@.])@(?=\w*[a-z])\w{3,30}(?=[^\n]{0,30}\b(?:twitter|instagram|github|tiktok|telegram|slack"
            r"|discord|mastodon)\b)",
            r"\b(?:twitter|instagram|github|tiktok|telegram|slack|discord|mastodon|follow|ping"
            r"|dm)\b[^\n@]{0,20}\s\K@\w{3,30}",
            check=_is_user,
        ),
        against=r"\brole[\"']?[:= ]{1,3}$",
        labelled=True,
    ),
    Rule(
        "PIN",
        Checked(
            "PIN",
            r"\b(?:pin(?: ?code| ?number| no\.?)?|pincode)(?: (?:of|for|on) (?:\w+ ){1,3}(?=is|was))?(?:\s*(?:is"
            r"|was|to|of|:|=|#|\(|code|number)\s*){0,3}\s*\K\d{4,8}\b(?![.,]\d)",
            r"(?<![\w.,-])\d{4,8}(?= (?:is|as) (?:the|my|your|her|his|our) (?:\w+ )?pin\b)",
        ),
        against=r"\b(?:gpio|bcm|board|chip)\b[^.]{0,20}$",
        labelled=True,
    ),
]
