"""The page: header, tabs, and what all of them share. A tab is a file with a class that has a name and ``build``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import gradio as gr

from assistant.people import person_of
from assistant.web import parts
from assistant.web.components import bind, fixed_html
from assistant.web.who import who_html

TITLE = "Étude"


class Tab(Protocol):
    """One tab of the page."""

    name: str

    def build(self, page: gr.Blocks) -> None:
        """Lay the tab out inside the current Blocks and bind its events."""


def build_page(tabs: Sequence[Tab]) -> gr.Blocks:
    """Return the page. The header names the tabs; ``assets/etude.js`` shows the one that is chosen."""
    page: gr.Blocks = gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True, fill_height=True)
    with page:
        fixed_html(parts.header([tab.name for tab in tabs]), elem_id="header")
        for tab in tabs:
            with gr.Column(elem_id=f"tab-{tab.name.lower()}", elem_classes=["tab"]):
                tab.build(page)
        fixed_html(parts.HELP, elem_id="help-place")
        who = fixed_html("", elem_id="who")
        admin = [tab.name.lower() for tab in tabs if getattr(tab, "admin", False)]

        def said(request: gr.Request) -> str:
            return who_html(person_of(request), admin)

        bind(page.load, said, [], [who])
    page.queue(default_concurrency_limit=8, api_open=False)
    return page
