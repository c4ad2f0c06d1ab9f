"""The two things that every tab asks of Gradio: HTML of our own, and events without its decorations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr


def fixed_html(html: str, *, elem_id: str | None = None, js_on_load: str | None = None) -> gr.HTML:
    """Return a component that shows our own HTML, without Gradio's styles."""
    return gr.HTML(html, elem_id=elem_id, js_on_load=js_on_load, apply_default_css=False)


def bind(event: Callable[..., Any], fn: Callable[..., Any], inputs: list[Any], outputs: list[Any]) -> Any:
    """Bind a function to an event that any number of people may raise at once; return the dependency."""
    return event(
        fn,
        inputs,
        outputs,
        show_progress="hidden",
        trigger_mode="multiple",
        concurrency_limit=None,
        api_visibility="private",
    )
