"""Fields of a form, each with its error beside it, and the buttons of forms that take steps."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape


def form(step: Mapping[str, object], html: str, classes: str) -> str:
    """Return a form that takes a step with its fields along."""
    return f'<form class="{classes}" data-do="send" data-step="{escape(json.dumps(step))}" novalidate>{html}</form>'


def with_form(label: str, step: Mapping[str, object], *, then: str = "", extra: str = "") -> str:
    """Return a button inside a form that takes a step of its own with the fields along.

    ``then`` names the field that has the focus afterwards.
    """
    return (
        f'<button type="button" class="plain" data-do="along" data-step="{escape(json.dumps(step))}" '
        f'data-then="{escape(then)}"{extra}>{label}</button>'
    )


def said(sentence: str) -> str:
    """Return a sentence that says what was done; nothing for none."""
    return f'<p class="said" role="status">{escape(sentence)}</p>' if sentence else ""


def hidden(name: str, value: str) -> str:
    """Return a field that only travels along."""
    return f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'


@dataclass(frozen=True, slots=True)
class Sheet:
    """Fields with what they hold and what is wrong with them."""

    fields: Mapping[str, str]
    errors: Mapping[str, str]

    def value(self, name: str) -> str:
        """Return what a field holds."""
        return self.fields.get(name, "")

    def line(self, name: str, legend: str, *, longest: int, hint: str = "", kind: str = "text", also: str = "") -> str:
        """Return a field of one line."""
        return self._labelled(
            name,
            legend,
            hint,
            f'<input type="{kind}" maxlength="{longest}" value="{escape(self.value(name))}" autocomplete="off" '
            f'spellcheck="false"{self._about(name, hint)}{also}>',
        )

    def lines(self, name: str, legend: str, *, rows: int = 2, hint: str = "", classes: str = "") -> str:
        """Return a field of several lines."""
        # The first line break behind the tag is not part of the text.
        return self._labelled(
            name,
            legend,
            hint,
            f'<textarea rows="{rows}" class="{classes}" autocomplete="off" spellcheck="false"'
            f"{self._about(name, hint)}>\n{escape(self.value(name))}</textarea>",
        )

    def choice(self, name: str, legend: str, choices: Mapping[str, str]) -> str:
        """Return a field in which one of several is chosen."""
        return self._labelled(name, legend, "", self._select(name, choices))

    def cell(self, name: str, side: str, choices: Mapping[str, str], what: str) -> str:
        """Return a choice in a row about ``what``: only ``side`` (questions, say) stands above it."""
        label = f"{what}, {side.lower()}" if side else what
        return (
            f'<div class="cell">{f"<small>{escape(side)}</small>" if side else ""}'
            f"{self._select(name, choices, label)}{self.wrong(name)}</div>"
        )

    def rest(self, row: str, *shown: str) -> str:
        """Return, as hidden fields, everything of a row that is not among ``shown``."""
        return "".join(
            hidden(name, value)
            for name, value in self.fields.items()
            if name.startswith(f"{row}.") and name[len(row) + 1 :] not in shown
        )

    def wrong(self, *names: str) -> str:
        """Return what is wrong with these fields."""
        return "".join(
            f'<p class="wrong" id="wrong-{escape(name)}" role="alert">{escape(self.errors[name])}</p>'
            for name in names
            if name in self.errors
        )

    def _select(self, name: str, choices: Mapping[str, str], label: str = "") -> str:
        chosen = self.value(name)
        options = "".join(
            f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(shown)}</option>'
            for value, shown in choices.items()
        )
        labelled = f' aria-label="{escape(label)}"' if label else ""
        return f"<select{self._about(name, '')}{labelled}>{options}</select>"

    def _labelled(self, name: str, legend: str, hint: str, control: str) -> str:
        more = f'<small id="hint-{escape(name)}">{escape(hint)}</small>' if hint else ""
        return f'<div class="field"><label><b>{escape(legend)}</b>{control}</label>{self.wrong(name)}{more}</div>'

    def _about(self, name: str, hint: str) -> str:
        about = [f"wrong-{name}"] if name in self.errors else []
        about += [f"hint-{name}"] if hint else []
        described = f' aria-describedby="{escape(" ".join(about))}"' if about else ""
        invalid = ' aria-invalid="true"' if name in self.errors else ""
        return f' name="{escape(name)}" data-focus="{escape(name)}"{described}{invalid}'
