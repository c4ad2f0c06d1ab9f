"""The Gradio theme in Etude's colours and types. ``assets/etude.css`` holds the same table for our own HTML."""

from __future__ import annotations

import gradio as gr
from gradio.themes.utils.fonts import Font

LIGHT = {
    "paper": "#FAF7F1",
    "raised": "#FFFDF9",
    "line": "#E4DFD4",
    "ink": "#1C2030",
    "quiet": "#5B6070",
    "accent": "#B23A22",
    "second": "#2B5C86",
}
DARK = {
    "paper": "#15171E",
    "raised": "#1D2029",
    "line": "#333744",
    "ink": "#ECE8DF",
    "quiet": "#A4A8B5",
    "accent": "#F08A6B",
    "second": "#8FB8DC",
}

_ROLES = {
    "body_background_fill": "paper",
    "background_fill_primary": "paper",
    "background_fill_secondary": "paper",
    "block_background_fill": "paper",
    "panel_background_fill": "paper",
    "input_background_fill": "raised",
    "input_background_fill_focus": "raised",
    "body_text_color": "ink",
    "body_text_color_subdued": "quiet",
    "block_label_text_color": "quiet",
    "block_title_text_color": "ink",
    "block_info_text_color": "quiet",
    "input_placeholder_color": "quiet",
    "border_color_primary": "line",
    "input_border_color": "line",
    "input_border_color_focus": "second",
    "border_color_accent": "second",
    "color_accent": "second",
    "link_text_color": "second",
    "slider_color": "second",
    "button_secondary_background_fill": "raised",
    "button_secondary_text_color": "ink",
    "button_primary_background_fill": "accent",
    "button_primary_text_color": "paper",
    "loader_color": "second",
}
# The theme derives these from others.
_NO_DARK = ("color_accent",)


def theme() -> gr.themes.Base:
    """Return the theme. Its fonts are names only: the files are declared in our own style sheet."""
    made = gr.themes.Base(
        font=[Font("Source Sans 3"), "ui-sans-serif", "system-ui", "sans-serif"],
        font_mono=[Font("Source Code Pro"), "ui-monospace", "monospace"],
        radius_size=gr.themes.sizes.radius_md,
        text_size=gr.themes.sizes.text_md,
    )
    values = {name: LIGHT[role] for name, role in _ROLES.items()}
    values |= {f"{name}_dark": DARK[role] for name, role in _ROLES.items() if name not in _NO_DARK}
    for name in ("block_border_width", "panel_border_width", "block_label_border_width"):
        values[name] = values[f"{name}_dark"] = "0px"
    for name in ("block_shadow", "input_shadow", "button_primary_shadow", "button_secondary_shadow"):
        values[name] = values[f"{name}_dark"] = "none"
    return made.set(**values)
