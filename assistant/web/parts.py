"""The fixed HTML of the page: header, composer, panels, and the list of shortcuts."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.web.icons import button, icon

CHAT_KEYS = (
    ("Enter", "Send the question"),
    ("Shift + Enter", "New line"),
    ("Esc", "Stop the answer, close a panel"),
    ("/", "Write a question"),
    ("N", "New chat"),
    ("S", "Sources"),
    ("C", "Conversations"),
    (",", "How it answers"),
    ("?", "This list"),
)
EXAM_KEYS = (
    ("1 to 8", "Choose an option"),
    ("Enter", "Check the answer, go on"),
    ("← →", "Previous and next question"),
    ("↑ ↓", "Move the card that has the focus"),
    ("F", "Flag the question (mock exam)"),
    ("R", "All questions (mock exam)"),
    ("E", "Explain it to me"),
    ("Space", "Turn the card (drill)"),
    ("1 to 4", "Again, hard, good, easy (drill)"),
    ("Esc", "Close the note, stop the explanation"),
    ("H", "Back to the start of the exam room"),
    ("?", "This list"),
)
COMPOSE_KEYS = (
    ("A to K", "Play the keys (W E T Y U the black ones)"),
    ("Z X", "An octave lower, higher"),
    ("1 to 5", "Sixteenth to whole notes"),
    (".", "Dotted"),
    ("R", "Rest"),
    ("Backspace", "Take the last note away"),
    ("Space", "Play, stop"),
    ("Enter", "Compose"),
    ("N", "Another seed (a piece)"),
    ("H", "Back to the melody (a piece)"),
    ("?", "This list"),
)
EVALUATE_KEYS = (
    ("1 to 5", "Rate: the button with that number"),
    ("← →", "Previous and next item"),
    ("C", "Write a comment"),
    ("P", "Show or hide the cited passages"),
    ("Enter", "The main button"),
    ("H", "Back to the runs"),
    ("?", "This list"),
)
GUARDRAILS_KEYS = (
    ("E", "Edit the guardrail"),
    ("T", "Try a text with it"),
    ("Ctrl + Enter", "Check the text, save the draft"),
    ("Esc", "Leave the field"),
    ("H", "Back"),
    ("?", "This list"),
)
KNOWLEDGE_KEYS = (
    ("A", "Add notes"),
    ("T", "Try a question"),
    ("S", "Sync (a collection)"),
    ("Ctrl + Enter", "Search, upload, add the folder"),
    ("Esc", "Leave the field"),
    ("H", "Back"),
    ("?", "This list"),
)
METRICS_KEYS = (
    ("R", "Read the records again"),
    ("?", "This list"),
)
PROMPTS_KEYS = (
    ("E", "Edit the template"),
    ("T", "Fill it in"),
    ("Ctrl + Enter", "Show the messages, save the template"),
    ("Esc", "Leave the field"),
    ("H", "Back"),
    ("?", "This list"),
)
SETTINGS_KEYS = (
    ("1 to 5", "The sections"),
    ("Ctrl + Enter", "Save"),
    ("Esc", "Leave the field"),
    ("?", "This list"),
)


def header(tabs: Sequence[str]) -> str:
    """Return the bar at the top; with one tab it names none."""
    names = "".join(
        f'<button type="button" class="plain" data-do="tab" data-tab="{name.lower()}">{name}</button>' for name in tabs
    )
    return (
        '<header class="bar">'
        f"{button('library', 'menu', 'Conversations (C)', classes='quiet of-chat')}"
        '<a class="wordmark" href="./" data-do="new">Étude</a>'
        + (f'<nav class="tabs" aria-label="Rooms">{names}</nav>' if len(tabs) > 1 else "")
        + f'<nav class="tools-of-page">{button("sources", "book", "Sources (S)", classes="quiet of-chat")}'
        f"{button('settings', 'settings', 'How it answers (,)', classes='quiet of-chat')}"
        f"{button('look', 'look', 'Light or dark', classes='quiet look')}"
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
    '<div class="box"><textarea rows="1" name="question" placeholder="Ask your notes, or for an exam or music" '
    'aria-label="Your question" '
    'spellcheck="true"></textarea>'
    f'<button type="submit" class="primary send" aria-label="Send (Enter)" title="Send (Enter)">{icon("send")}</button>'
    '<button type="button" class="primary stop" data-do="stop" aria-label="Stop (Esc)" title="Stop (Esc)">'
    f"{icon('stop')}</button></div>"
    '<div class="below"><label class="tools-switch" title="Without it every message is a question to your notes">'
    '<input type="checkbox" name="tools" checked><span>Tools</span></label>'
    '<p class="hint">Answers come from your notes; open the numbers to check them.</p></div></form>'
)

SOURCES = (
    '<aside class="sources-panel" aria-label="Sources"><header class="panel-head"><h2>Sources</h2>'
    f"{button('sources', 'close', 'Close the sources')}</header>"
    '<div class="sources-body"><p class="hint">The passages that an answer stands on appear here.</p></div></aside>'
)


def _shortcuts(tab: str, keys: Sequence[tuple[str, str]]) -> str:
    rows = "".join(f"<div><dt><kbd>{key}</kbd></dt><dd>{what}</dd></div>" for key, what in keys)
    return f'<dl class="of-{tab}">{rows}</dl>'


HELP = (
    '<dialog id="help" aria-label="Shortcuts"><header class="panel-head"><h2>Shortcuts</h2>'
    f"{button('help', 'close', 'Close')}</header>"
    f"{_shortcuts('chat', CHAT_KEYS)}{_shortcuts('exam', EXAM_KEYS)}"
    f"{_shortcuts('compose', COMPOSE_KEYS)}"
    f"{_shortcuts('knowledge', KNOWLEDGE_KEYS)}"
    f"{_shortcuts('evaluate', EVALUATE_KEYS)}{_shortcuts('guardrails', GUARDRAILS_KEYS)}"
    f"{_shortcuts('metrics', METRICS_KEYS)}{_shortcuts('prompts', PROMPTS_KEYS)}"
    f"{_shortcuts('settings', SETTINGS_KEYS)}</dialog>"
)
