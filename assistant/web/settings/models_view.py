"""The Models section: a card for each model of the catalog, and how downloads go."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from assistant.web import words
from assistant.web.settings.downloads import Download
from assistant.web.settings.places import top
from assistant.web.settings.shelf import Entry
from assistant.web.settings.sizes import in_words


def models_html(
    chat: Sequence[Entry],
    search: Sequence[Entry],
    *,
    free: int,
    place: Path,
    elsewhere: str,
    forced: str,
    notice: str = "",
    done: str = "",
    changed: bool = False,
) -> str:
    """Return the section.

    Args:
        chat: models that write answers.
        search: models that find passages.
        free: bytes that are free in ``place``, where downloads go to.
        place: that folder.
        elsewhere: what writes the answers instead of a model of the catalog; nothing for one of these.
        forced: what sets the model so that it cannot be chosen here; nothing where it can.
        notice: what went wrong.
        done: what was done.
        changed: whether other tabs are to follow.

    """
    note = f'<p class="hint elsewhere">{escape(elsewhere)}</p>' if elsewhere else ""
    fixed = f'<p class="hint elsewhere">{escape(forced)}</p>' if forced else ""
    return (
        f"{top('models', notice=notice, done=done, changed=changed)}"
        f'<section class="first"><h3>Models that write answers</h3>{note}{fixed}'
        f"{_list(chat, free, choose=not forced, instead=bool(elsewhere))}</section>"
        f"<section><h3>Models that find passages</h3>{_list(search, free, choose=False, instead=False)}</section>"
        f'<p class="hint disk">{in_words(free)} are free in {escape(str(place))}. What is downloaded is checked '
        "against the SHA-256 of its publisher before it is used.</p>"
    )


def _list(entries: Sequence[Entry], free: int, *, choose: bool, instead: bool) -> str:
    items = "".join(_card(entry, free, choose=choose, instead=instead) for entry in entries)
    return f'<ul class="models">{items}</ul>'


def _card(entry: Entry, free: int, *, choose: bool, instead: bool) -> str:
    card = entry.card
    known = "" if card.verified else "; the SHA-256 comes with the download"
    size = f"{in_words(card.size)} on disk, {in_words(card.memory_mb * 10**6)} of memory"
    return (
        f'<li data-model="{escape(card.id)}"><div class="title"><h4>{escape(card.name)}</h4>'
        f"{_tags(entry, instead)}</div>"
        f'<p class="purpose">{escape(card.purpose)}</p>'
        f'<p class="figures">{escape(card.licence)}. {size}{known}.</p>'
        f"{_short(entry)}{_progress(entry.download)}{_actions(entry, free, choose=choose, instead=instead)}</li>"
    )


def _tags(entry: Entry, instead: bool) -> str:
    if entry.used and entry.folder and not instead:
        return '<span class="tag">In use</span>'
    if entry.used and not entry.folder:
        return '<span class="tag missing">Chosen, not here</span>'
    return '<span class="tag quiet">On this machine</span>' if entry.folder else ""


def _short(entry: Entry) -> str:
    return '<p class="figures short">This machine has less memory than that.</p>' if entry.short else ""


def _progress(download: Download | None) -> str:
    if download is None or download.state in ("done", "stopped"):
        return ""
    if download.state == "failed":
        return f'<p class="wrong" role="alert">{escape(download.error)}</p>'
    share = min(download.done / download.total, 1)
    left = words.left(download.left) if download.left is not None else "just begun"
    doing = f", {escape(download.doing)}" if download.doing and download.doing != "downloading" else ""
    return (
        '<div class="download" data-running><span class="track" role="progressbar" aria-label="Downloaded" '
        f'aria-valuemin="0" aria-valuemax="100" aria-valuenow="{100 * share:.0f}">'
        f'<span style="width:{100 * share:.2f}%"></span></span>'
        f"<p>{in_words(download.done)} of {in_words(download.total)}, {100 * share:.0f} %, {left}{doing}</p></div>"
    )


def _actions(entry: Entry, free: int, *, choose: bool, instead: bool) -> str:
    card = entry.card
    if entry.download and entry.download.state == "running":
        return _row(_button("Cancel", "cancel", card.id, "What has arrived is kept"))
    if not entry.folder:
        missing = card.size - entry.part
        if missing > free:
            need = f"Needs {in_words(missing)}, and {in_words(free)} are free."
            return f'<p class="figures short">{need}</p>{_row(_discard(entry))}'
        part = f", {in_words(entry.part)} are here" if entry.part else ""
        label = "Try again" if entry.download and entry.download.state == "failed" else "Download"
        return _row(_button(f"{'Go on' if part else label}{part}", "pull", card.id), _discard(entry))
    use = _button("Use for answers", "use", card.id) if choose and (instead or not entry.used) else ""
    if not entry.own:
        return f'<p class="figures">In {escape(str(entry.folder))}, which Etude only reads.</p>{_row(use)}'
    delete = "" if entry.used else _button("Delete", "delete", card.id, sure=f"Delete {in_words(card.size)}?")
    return _row(use, delete)


def _discard(entry: Entry) -> str:
    return _button("Throw that part away", "delete", entry.card.id, sure="Throw it away?") if entry.part else ""


def _button(label: str, do: str, model: str, hint: str = "", sure: str = "") -> str:
    quiet = " discard" if do in ("delete", "cancel") else ""
    asks = f' data-sure="{escape(sure)}"' if sure else ""
    # Several cards have a button of that name.
    name = f' aria-label="{escape(label)}: {escape(model)}"' if not sure else ""
    extra = f' data-focus="{do}-{escape(model)}"{asks}{name}'
    return words.button(label, {"do": do, "model": model}, classes=f"plain{quiet}", hint=hint, extra=extra)


def _row(*buttons: str) -> str:
    return f'<p class="do">{"".join(buttons)}</p>' if any(buttons) else ""
