"""The drawer of the Chat tab: which model answers, how it writes, and from which notes, for one browser.

What is chosen there counts until the setting that it stands for is another one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from assistant.settings import Generation, Settings
from assistant.web.notes import chat_models

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
                '<header class="panel-head"><h2>How it answers</h2><button type="button" class="quiet" '
                'data-do="settings" aria-label="Close" title="Close">Done</button></header>',
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
                '<p class="hint">For your questions in this browser. Models, appearance and what counts for all are in '
                '<button type="button" class="plain inline" data-do="tab" data-tab="settings">Settings</button></p>',
                apply_default_css=False,
            )
        self._settings = settings

    def keep(self, kept: gr.BrowserState) -> None:
        """Have this browser keep what is chosen."""
        for component in self.components:
            component.change(  # type: ignore[attr-defined]
                lambda *chosen: {"chosen": list(chosen), "instead": self._usual()},
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

    def restored(self, kept: object, collections: Sequence[str]) -> list[dict[str, Any]]:
        """Return updates with the settings, or what this browser chose instead, as far as it still can be chosen.

        ``collections`` are those that the person may read. Models and notes are looked up anew: some may have come or
        gone since the page was built.
        """
        models = chat_models(self._settings)
        names = [ALL_NOTES, *collections]
        usual = self._usual()
        updates: list[dict[str, Any]] = [{"value": value} for value in usual]
        updates[0]["choices"] = models
        updates[1] |= {"choices": names, "visible": len(names) > 2}
        updates[5]["maximum"] = max(MAX_LENGTH, self._settings.generation.max_tokens)
        chosen, instead = (kept.get("chosen"), kept.get("instead")) if isinstance(kept, dict) else ([], [])
        if isinstance(chosen, list) and isinstance(instead, list) and len(chosen) == len(instead) == len(usual):
            fits = [chosen[0] in {model for _, model in models}, chosen[1] in names, *self._in_range(chosen[2:])]
            for update, value, fit, then in zip(updates, chosen, fits, instead, strict=True):
                if fit and then == update["value"]:
                    update["value"] = value
        return [gr.update(**update) for update in updates]

    def _usual(self) -> list[Any]:
        """Return what the settings say, in the order of the components."""
        settings, writing = self._settings, self._settings.generation
        numbers = (writing.temperature, writing.top_p, writing.top_k, writing.max_tokens)
        return [settings.model, ALL_NOTES, *numbers, "\n".join(writing.stop)]

    def _in_range(self, values: list[object]) -> list[bool]:
        sliders = (self.temperature, self.top_p, self.top_k, self.max_tokens)
        fits = [
            isinstance(value, int | float) and slider.minimum <= value <= slider.maximum
            for slider, value in zip(sliders, values[:-1], strict=True)
        ]
        return [*fits, isinstance(values[-1], str)]
