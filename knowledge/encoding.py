"""Bytes of unknown encoding to text."""

from __future__ import annotations

import codecs
import re

from knowledge.errors import InputError


def decode(name: str, data: bytes) -> str:
    """Turn bytes of unknown encoding into text.

    Raises:
        InputError: the bytes are not text.

    """
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF32_BE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return _text(name, data.decode(encoding, errors="replace"))
    try:
        return _text(name, data.decode("utf-8"))
    except UnicodeDecodeError:
        return _text(name, _decode_legacy(data))


def _decode_legacy(data: bytes) -> str:
    text = data.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    if sum(character > "\x7f" for character in text) > 2 * broken:
        return text
    # Detectors take short Western notes for Central European or even EBCDIC. Few bytes above ASCII: Western.
    if sum(byte > 0x7F for byte in data) > len(data) / 5:
        from charset_normalizer import from_bytes

        if best := from_bytes(data[: 2**20]).best():
            return data.decode(best.encoding, errors="replace")
    return data.decode("cp1252", errors="replace")


def _text(name: str, text: str) -> str:
    strange = sum(text.count(chr(code)) for code in range(32) if chr(code) not in "\t\n\v\f\r\x1b")
    if "\x00" in text or strange + text.count("\ufffd") > 1 + len(text) / 100:
        raise InputError(f"{name} is not text although its name says so. Convert it, or leave it out.")
    return text


def decode_html(name: str, data: bytes) -> str:
    """Turn the bytes of a web page into text, by the encoding that it declares if that fits.

    Raises:
        InputError: the bytes are not text.

    """
    declared = re.search(rb"<meta\b[^>]*charset\s*=\s*[\"']?([\w.:-]+)", data[:4096], re.IGNORECASE)
    if declared and not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF8)):
        try:
            return _text(name, data.decode(declared[1].decode("ascii")))
        except (LookupError, UnicodeDecodeError):
            pass
    return decode(name, data)
