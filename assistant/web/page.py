"""The page: header, tabs, and what all of them share. A tab is a file with a class that has a name and ``build``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import gradio as gr

from assistant.web import parts
from assistant.web.chat import fixed_html

TITLE = "Étude"


class Tab(Protocol):
    """One tab of the page."""

    name: str

    def build(self, page: gr.Blocks) -> None:
        """Lay the tab out inside the current Blocks and bind its events."""


def build_page(tabs: Sequence[Tab]) -> gr.Blocks:
    """Return the page; with one tab there is no tab bar."""
    page: gr.Blocks = gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True, fill_height=True)
    with page:
        fixed_html(parts.HEADER, elem_id="header")
        with gr.Tabs(elem_id="tabs", elem_classes=["only-one" if len(tabs) == 1 else "several"]):
            for tab in tabs:
                with gr.Tab(tab.name):
                    tab.build(page)
        fixed_html(parts.HELP, elem_id="help-place")
    page.queue(default_concurrency_limit=8, api_open=False)
    return page
