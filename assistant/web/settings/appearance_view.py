"""The Appearance section. What is chosen is kept by this browser alone; ``assets/etude.js`` reads it."""

from __future__ import annotations

from assistant.web.settings.places import top

LOOKS = {"system": "As the system", "light": "Light", "dark": "Dark"}
SIZES = {"normal": "Normal", "large": "Large", "larger": "Larger"}


def appearance_html(*, alone: bool = False) -> str:
    """Return the section; the page's script checks what is chosen. ``alone`` leads to no other section."""
    return (
        f"{'' if alone else top('appearance')}"
        f'<section class="first">{_choice("looks", "Colours", LOOKS)}{_choice("text-size", "Text size", SIZES)}'
        '<p class="sample reading">A citation is a small raised number; pointing at it shows the passage, choosing it '
        "opens the source at the highlighted sentence.</p>"
        '<p class="hint">Kept by this browser, and in force at once.</p></section>'
    )


def _choice(name: str, legend: str, choices: dict[str, str]) -> str:
    options = "".join(
        f'<label><input type="radio" name="{name}" value="{value}" data-focus="{name}-{value}">'
        f"<span>{label}</span></label>"
        for value, label in choices.items()
    )
    return f'<fieldset class="chips"><legend>{legend}</legend>{options}</fieldset>'
