"""The settings drawer of the Chat tab: which model answers, how it writes, and from which notes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from assistant.settings import Generation, Settings
from assistant.web.notes import chat_models, collections

ALL_NOTES = "All notes"
MAX_LENGTH = 2048
RETRY_TEMPERATURE = 0.5


@dataclass(frozen=True, slots=True)
class Choices:
    """The values of the drawer, in the order of its components."""

    model: str
    collection: str
    temperature: float
    top_p: float
    top_k: float
    max_tokens: float
    stop: str

    def generation(self, base: Generation, *, seed: int | None = None) -> Generation:
        """Return how the model is to write; a retry brings a seed and is warm enough to differ."""
        return Generation(
            temperature=self.temperature if seed is None else max(self.temperature, RETRY_TEMPERATURE),
            top_p=self.top_p,
            top_k=int(self.top_k),
            max_tokens=int(self.max_tokens),
            stop=[line for line in self.stop.splitlines() if line.strip()][:8],
            seed=base.seed if seed is None else seed,
        )

    def collections(self) -> tuple[str, ...] | None:
        """Return the collections to search, or None for all of them."""
        return None if self.collection in ("", ALL_NOTES) else (self.collection,)


class Drawer:
    """The components, built inside the current Blocks."""

    def __init__(self, settings: Settings) -> None:
        writing, models = settings.generation, chat_models(settings)
        with gr.Column(elem_id="drawer"):
            gr.HTML(
                '<header class="panel-head"><h2>Settings</h2><button type="button" class="quiet" data-do="settings" '
                'aria-label="Close the settings" title="Close the settings">Done</button></header>',
                apply_default_css=False,
            )
            self.model = gr.Dropdown(
                models, value=settings.model, label="Model", info="Chat models found on this machine.", interactive=True
            )
            self.collection = gr.Dropdown([ALL_NOTES], value=ALL_NOTES, label="Notes", interactive=True)
            self.temperature = gr.Slider(
                0, 2, value=writing.temperature, step=0.05, label="Temperature", info="0 keeps to the likeliest words."
            )
            self.top_p = gr.Slider(0.05, 1, value=writing.top_p, step=0.05, label="Top-p")
            self.top_k = gr.Slider(0, 200, value=writing.top_k, step=1, label="Top-k", info="0 looks at every token.")
            self.max_tokens = gr.Slider(
                16,
                max(MAX_LENGTH, writing.max_tokens),
                value=writing.max_tokens,
                step=16,
                label="Length",
                info="Tokens at most.",
            )
            self.stop = gr.Textbox(
                "\n".join(writing.stop), lines=2, max_lines=8, label="Stop sequences", info="One a line, at most eight."
            )
            gr.HTML(
                '<fieldset class="looks"><legend>Appearance</legend>'
                '<label><input type="radio" name="looks" value="system" checked>System</label>'
                '<label><input type="radio" name="looks" value="light">Light</label>'
                '<label><input type="radio" name="looks" value="dark">Dark</label></fieldset>',
                apply_default_css=False,
            )
        self._settings = settings

    def keep(self, kept: gr.BrowserState) -> None:
        """Have this browser keep what is chosen."""
        for component in self.components:
            component.change(  # type: ignore[attr-defined]
                lambda *chosen: list(chosen),
                self.components,
                kept,
                show_progress="hidden",
                trigger_mode="always_last",
                api_visibility="private",
            )

    @property
    def components(self) -> list[gr.components.Component]:
        """The components, in the order of `Choices`."""
        return [self.model, self.collection, self.temperature, self.top_p, self.top_k, self.max_tokens, self.stop]

    def restored(self, kept: object) -> list[dict[str, Any]]:
        """Return updates with what this browser keeps of earlier choices, as far as it still can be chosen.

        Models and notes are looked up anew: some may have come or gone since the page was built.
        """
        models = chat_models(self._settings)
        names = [ALL_NOTES, *(name for name, _ in collections(self._settings))]
        updates: list[dict[str, Any]] = [
            {"choices": models},
            {"choices": names, "visible": len(names) > 2, "value": ALL_NOTES},
            *({} for _ in self.components[2:]),
        ]
        if isinstance(kept, list) and len(kept) == len(updates):
            fits = [kept[0] in {model for _, model in models}, kept[1] in names, *self._in_range(kept[2:])]
            for update, value, fit in zip(updates, kept, fits, strict=True):
                if fit:
                    update["value"] = value
        return [gr.update(**update) for update in updates]

    def _in_range(self, values: list[object]) -> list[bool]:
        sliders = (self.temperature, self.top_p, self.top_k, self.max_tokens)
        fits = [
            isinstance(value, int | float) and slider.minimum <= value <= slider.maximum
            for slider, value in zip(sliders, values[:-1], strict=True)
        ]
        return [*fits, isinstance(values[-1], str)]
