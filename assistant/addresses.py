"""Places in the page as addresses, for who links to them from elsewhere: query strings that the page's tabs read."""

from __future__ import annotations

from urllib.parse import urlencode


def note_address(collection: str, file: str, line: int) -> str:
    """Return the place of a line of a document in the Knowledge tab; of files of one name, the first is meant."""
    return "?" + urlencode({"tab": "knowledge", "collection": collection, "document": file, "section": line})
