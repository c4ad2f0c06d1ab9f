"""The page: header, tabs, and what all of them share. A tab is a file with a class that has a name and ``build``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import gradio as gr

from assistant.web import parts
from assistant.web.components import fixed_html

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
    page.queue(default_concurrency_limit=8, api_open=False)
    return page
