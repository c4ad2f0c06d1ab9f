"""Repairs of single lines: mojibake, and images that are not there. A line stays one line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import unquote

import ftfy

_IMAGE_SUFFIX = r"\.(?:png|jpe?g|gif|svg|webp|bmp|tiff?|ico|avif)"
_CODE_SPAN = re.compile(r"((?<!`)(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`))")
_IMAGE = re.compile(
    r"""<img\b[^>]*>
      | !\[(?P<alt>(?:[^\[\]]|\[[^\[\]]*\])*)\]
        \((?:(?P<target>(?:[^()]|\([^()]*\))*)\)|[^()\s]*)    # without its closing mark it ends at the first blank""",
    re.VERBOSE | re.IGNORECASE,
)
_LINK_TO_IMAGE = re.compile(rf"\[([^\[\]]*)\]\([^()\s]*{_IMAGE_SUFFIX}\s*\)", re.IGNORECASE)
_STRAY_IMAGE_TARGET = re.compile(rf"\]\([^)\s]*{_IMAGE_SUFFIX}\s*\)", re.IGNORECASE)
_FENCE = re.compile(r"\s*(?:[-*+>]\s+|\d+[.)]\s+)*(`{3,}|~{3,})(.*)")


def repaired(lines: Iterable[str], folder: Path) -> Iterator[str]:
    """Yield every line of a Markdown file with its text mended; ``folder`` is where its images are looked for.

    In code only the encoding is mended.
    """
    fence = ""
    for line in lines:
        if line:
            line = ftfy.fix_text(line, uncurl_quotes=False, fix_line_breaks=False, unescape_html=False)
            line = line.replace("\ufeff", "").replace("\n", " ").replace("\xa0", " ")
        mark, rest = match.groups() if (match := _FENCE.match(line)) else ("", "")
        if fence:
            if mark.startswith(fence) and not rest.strip():
                fence = ""
        elif mark and not (mark[0] == "`" and "`" in rest):
            fence = mark
        else:
            line = _without_dead_images(line, folder)
        yield line.rstrip()


def _without_dead_images(line: str, folder: Path) -> str:
    if "<" not in line and "](" not in line:
        return line
    # An image in a code span is an example, not an image.
    parts = re.split(_CODE_SPAN, line)
    for n in range(0, len(parts), 3):
        text = _IMAGE.sub(lambda match: _alternative_text(match, folder), parts[n])
        parts[n] = _STRAY_IMAGE_TARGET.sub("", _LINK_TO_IMAGE.sub(r"\1", text))
    return "".join(part for n, part in enumerate(parts) if n % 3 != 2)


def _alternative_text(match: re.Match[str], folder: Path) -> str:
    """Keep the words of an image unless it is missing on this machine, or the words are a file name."""
    words = (match["alt"] or "").strip()
    target = re.sub(r"\s+[\"'(].*$", "", match["target"] or "").strip("<> ")
    try:
        alive = "://" in target or (bool(target) and (folder / unquote(target)).is_file())
    except (OSError, ValueError):
        alive = False
    return words if alive and not re.search(rf"{_IMAGE_SUFFIX}$", words, re.IGNORECASE) else ""
