"""Check digits of numbers that Presidio has no recogniser for. Every function takes the value as it was written."""

from __future__ import annotations

import re

_WEIGHTS_VIN = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_LETTERS_VIN = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", map(int, "12345678123457923456789"), strict=True))
_WEIGHTS_UTR = (6, 7, 8, 9, 10, 5, 4, 3, 2)
_CHECKS_UTR = "21987654321"
_WEIGHTS_PHN = (2, 4, 8, 5, 10, 9, 7, 3)


def luhn(value: str) -> bool:
    """Payment cards, Canadian social insurance numbers and Ontario health cards: ISO/IEC 7812-1, annex B."""
    total = 0
    for place, digit in enumerate(reversed(_digits(value))):
        total += digit if place % 2 == 0 else digit * 2 - 9 * (digit > 4)
    return total % 10 == 0


def vin(value: str) -> bool:
    """Vehicle identification numbers of North America: 49 CFR 565.15."""
    value = value.upper()
    total = sum(
        weight * (int(char) if char.isdigit() else _LETTERS_VIN.get(char, 0))
        for weight, char in zip(_WEIGHTS_VIN, value, strict=True)
    )
    return value[8] == "0123456789X"[total % 11]


def uk_taxpayer(value: str) -> bool:
    """Unique taxpayer references of the United Kingdom: the first digit checks the nine after it, modulo 11."""
    check, *rest = _digits(value)
    return str(check) == _CHECKS_UTR[sum(w * d for w, d in zip(_WEIGHTS_UTR, rest, strict=True)) % 11]


def health_card(value: str) -> bool:
    """Canadian health cards of ten digits: Ontario's (Luhn) or British Columbia's (9, then modulo 11)."""
    digits = _digits(value)
    if luhn(value):
        return True
    check = 11 - sum(w * d for w, d in zip(_WEIGHTS_PHN, digits[1:9], strict=True)) % 11
    return digits[0] == 9 and check == digits[9]


def _digits(value: str) -> list[int]:
    return [int(digit) for digit in re.findall(r"[0-9]", value)]
