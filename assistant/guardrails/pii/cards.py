"""Payment cards and bank accounts."""

from __future__ import annotations

from phonenumbers import SUPPORTED_REGIONS
from presidio_analyzer.predefined_recognizers import AbaRoutingRecognizer, IbanRecognizer

from assistant.guardrails.pii.checksums import luhn
from assistant.guardrails.pii.rule import Checked, Rule

_IS = (
    r"(?:\s*(?:is|was|are|:|=|#|no\.?|number|code|of|on|it|the|card|my|date|month|in|to|ends|visa|mastercard|amex"
    r"|debit|credit|\(|\)|-)\s*){0,6}\s*"
)
_CARD = r"\b(?:card|credit|debit|visa|master ?card|amex|american express|maestro|discover|diners|jcb|cc|cv[vc]2?|pan)\b"
_MONTH = r"(?:0?[1-9]|1[0-2])\s?[/-]\s?(?:20\d\d|\d\d)(?![/\d-])"
_MONTH_NAME = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?,? (?:20)?\d\d\b"
_BANK = r"\b(?:bank|banking|checking|savings|deposit|wire|routing|aba|acct|payee|payroll|wells fargo|chase|citi)\b"

RULES = [
    Rule(
        "CREDIT_DEBIT_CARD_NUMBER",
        Checked(
            "CREDIT_DEBIT_CARD_NUMBER",
            r"(?<![\w.+-])(?:[456]|3[0-9]|1800|2131|2[2-7])\d*(?:[ -]?\d){9,18}(?![\w]|[.-]\d)",
            check=lambda value: 13 <= sum(map(str.isdigit, value)) <= 19 and luhn(value),
        ),
        near=_CARD,
        against=r"\b(?:iban|isbn|issn|imei|order|tracking|invoice|serial|ticket|timestamp|epoch|seed)\b[^.]{0,20}$",
        why="its form and its check digit",
    ),
    Rule(
        "CREDIT_DEBIT_CARD_NUMBER",
        Checked("CREDIT_DEBIT_CARD_NUMBER", r"(?<![\w.+-])(?:5[0678]|6)\d{10}(?![\w]|[.-]\d)", check=luhn),
        near=_CARD,
        needs=True,
        why="its check digit and the words around it",
    ),
    Rule(
        "CREDIT_DEBIT_CARD_CVV",
        Checked(
            "CREDIT_DEBIT_CARD_CVV",
            rf"\b(?:cvv2?|cvc2?|csc|cid|card verification(?: value| code)?){_IS}\K\d{{3,4}}\b(?![.,]\d)",
            rf"\b(?:security|verification|back)\s(?:code|digits){_IS}\K\d{{3,4}}\b(?![.,]\d)",
            r"\b\d{3,4}(?= (?:is|as) (?:the|my|your|her|his) (?:cvv|cvc|security code))",
        ),
        labelled=True,
    ),
    Rule(
        "CREDIT_DEBIT_CARD_EXPIRY",
        Checked(
            "CREDIT_DEBIT_CARD_EXPIRY",
            rf"\b(?:(?:valid|good) (?:thru|through|until|till|to)|exp(?:iry|ir\w+|\.)?){_IS}\K(?:{_MONTH}"
            rf"|{_MONTH_NAME})",
            rf"(?<=\d{{4}}[ ,;/|]{{1,3}}){_MONTH}",
        ),
        near=rf"{_CARD}|\bvalid thru\b|\bgood thru\b",
        needs=True,
        against=r"\b(?:certificat\w+|domain|licen[cs]e|passport|contract|token|voucher|subscription)\b[^.;]{0,30}$",
        why="the words around it",
    ),
    Rule(
        "INTERNATIONAL_BANK_ACCOUNT_NUMBER",
        IbanRecognizer(supported_entity="INTERNATIONAL_BANK_ACCOUNT_NUMBER"),
        near=r"\biban\b",
        why="its form and its check digits",
    ),
    Rule(
        "SWIFT_CODE",
        Checked(
            "SWIFT_CODE",
            r"\b(?-i:[A-Z]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?)\b",
            check=lambda value: value[4:6] in SUPPORTED_REGIONS and value not in ("PASSWORD", "CUSTOMER"),
        ),
        near=r"\b(?:swift|bic|bank|wire|iban|transfer\w*)\b",
        needs=True,
        why="its form and the words around it",
    ),
    Rule(
        "US_BANK_ROUTING_NUMBER",
        AbaRoutingRecognizer(supported_entity="US_BANK_ROUTING_NUMBER"),
        near=r"\b(?:routing|aba|rtn|transit)\b",
        needs=True,
        why="its check digit and the words around it",
    ),
    Rule(
        "US_BANK_ACCOUNT_NUMBER",
        Checked(
            "US_BANK_ACCOUNT_NUMBER",
            rf"\b(?:account|acct\.?|a/c|checking|savings)(?: (?:no\.?|num(?:ber)?|#))?{_IS}\K\d"
            rf"(?:[ -]?\d){{5,16}}\b(?![.,]\d)",
            r"\b\d{6,17}(?= (?:is|as) (?:my|the|our|his|her) (?:bank )?account number)",
        ),
        near=rf"{_BANK}|\baccount (?:no\b|num|#)|\b(?:my|his|her|their|our|from|to) (?:\w+ )?account\b|\bacct",
        needs=True,
        against=r"\b(?:aws|amazon|github|azure|gcp)\b(?!.*\b(?:bank|checking|savings)\b)[^.]{0,40}$",
        labelled=True,
    ),
]
