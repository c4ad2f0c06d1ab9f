"""The fixed HTML of the page: header, composer, panels, and the list of shortcuts."""

from __future__ import annotations

from assistant.web.icons import button, icon

SHORTCUTS = (
    ("Enter", "Send the question"),
    ("Shift + Enter", "New line"),
    ("Esc", "Stop the answer, close a panel"),
    ("/", "Write a question"),
    ("N", "New chat"),
    ("S", "Sources"),
    ("C", "Conversations"),
    (",", "Settings"),
    ("?", "This list"),
)

HEADER = (
    '<header class="bar">'
    f"{button('library', 'menu', 'Conversations (C)')}"
    '<a class="wordmark" href="./" data-do="new">Étude</a>'
    f"<nav>{button('sources', 'book', 'Sources (S)')}{button('settings', 'settings', 'Settings (,)')}"
    '<button type="button" class="quiet" data-do="help" aria-label="Shortcuts (?)" title="Shortcuts (?)">'
    '<span class="glyph">?</span></button></nav></header>'
)

LIBRARY_HEAD = (
    '<header class="panel-head"><h2>Conversations</h2>'
    f'<button type="button" class="plain" data-do="new">{icon("plus")}New chat</button></header>'
)

COMPOSER = (
    '<form class="composer" data-do="ask"><p class="editing" hidden><span></span>'
    '<button type="button" class="plain" data-do="unedit">Keep it as it was</button></p>'
    '<div class="box"><textarea rows="1" name="question" placeholder="Ask your notes" aria-label="Your question" '
    'spellcheck="true"></textarea>'
    f'<button type="submit" class="primary send" aria-label="Send (Enter)" title="Send (Enter)">{icon("send")}</button>'
    '<button type="button" class="primary stop" data-do="stop" aria-label="Stop (Esc)" title="Stop (Esc)">'
    f"{icon('stop')}</button></div>"
    '<p class="hint">Answers come from your notes; open the numbers to check them.</p></form>'
)

SOURCES = (
    '<aside class="sources-panel" aria-label="Sources"><header class="panel-head"><h2>Sources</h2>'
    f"{button('sources', 'close', 'Close the sources')}</header>"
    '<div class="sources-body"><p class="hint">The passages that an answer stands on appear here.</p></div></aside>'
)

HELP = (
    '<dialog id="help" aria-label="Shortcuts"><header class="panel-head"><h2>Shortcuts</h2>'
    f"{button('help', 'close', 'Close')}</header><dl>"
    + "".join(f"<div><dt><kbd>{keys}</kbd></dt><dd>{what}</dd></div>" for keys, what in SHORTCUTS)
    + "</dl></dialog>"
)
