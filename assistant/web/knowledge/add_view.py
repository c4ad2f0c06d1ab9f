"""Adding notes: files that are uploaded, or a folder of this machine."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from assistant.web import words
from assistant.web.fields import Sheet, form
from assistant.web.knowledge.places import views
from assistant.web.knowledge.uploads import ADDRESS, MOST_FILES, in_mb, kinds
from knowledge.read import SUPPORTED

_LONGEST_NAME, _LONGEST_PATH = 63, 4096
_NAME = "Letters, digits, dots, dashes and underscores. A new name makes a new collection."


def add_html(names: Sequence[str], sheet: Sheet, *, largest: int, local: bool, notice: str = "") -> str:
    """Return both forms.

    Args:
        names: the collections to choose from.
        sheet: what the fields hold.
        largest: bytes that a file may have.
        local: whether folders may be added.
        notice: what is wrong with neither.

    """
    options = "".join(f'<option value="{escape(name)}">' for name in names)
    return (
        f'{views("add")}{words.notice(notice)}<datalist id="collections">{options}</datalist>'
        f"{_upload(sheet, largest)}{_folder(sheet) if local else _no_folder()}"
    )


def _upload(sheet: Sheet, largest: int) -> str:
    endings = ",".join(sorted(SUPPORTED))
    body = (
        '<label class="drop"><input type="file" name="files" multiple data-focus="files" '
        f'accept="{endings}" aria-describedby="hint-files wrong-files"><b>Choose files, or drop them here</b>'
        f'<small id="hint-files">{kinds()}. Up to {in_mb(largest)} each, {MOST_FILES} at once.</small></label>'
        '<p class="chosen" aria-live="polite"></p><p class="wrong" id="wrong-files" role="alert" hidden></p>'
        + sheet.line("collection", "Collection", longest=_LONGEST_NAME, hint=_NAME, also=' list="collections"')
        + '<p class="more"><button type="submit" class="primary wide" data-focus="upload">Upload</button>'
        '<span class="hint sending" role="status"></span></p>'
        '<p class="hint">The files are copied into Etude\'s own folder on this machine. '
        "One of the same name takes the place of the one before.</p>"
    )
    settings = f'data-to="{ADDRESS}" data-kinds="{endings}" data-largest="{largest}" data-most="{MOST_FILES}"'
    html = form({"do": "uploaded"}, body, "upload").replace("<form ", f"<form {settings} ", 1)
    return f'<section class="add"><h3>Files</h3>{html}</section>'


def _folder(sheet: Sheet) -> str:
    watched = " checked" if sheet.value("watched") else ""
    body = (
        sheet.line(
            "folder",
            "Folder",
            longest=_LONGEST_PATH,
            hint="The whole path, such as ~/Documents/notes, with all folders in it. The files stay where they are.",
        )
        + sheet.line("into", "Collection", longest=_LONGEST_NAME, hint=_NAME, also=' list="collections"')
        + f'<label class="switch"><input type="checkbox" name="watched" value="1"{watched} data-focus="watched">'
        "<span><b>Watch it</b><small>What changes in it is synced while Etude runs.</small></span></label>"
        '<p class="more"><button type="submit" class="primary wide" data-focus="add-folder">Add the folder</button></p>'
    )
    return f'<section class="add"><h3>A folder of this machine</h3>{form({"do": "folder"}, body, "folder")}</section>'


def _no_folder() -> str:
    return (
        '<section class="add"><h3>A folder of this machine</h3><p class="hint">Folders are added here only while Etude '
        "is used by one person, at the machine itself. Upload the files instead.</p></section>"
    )
