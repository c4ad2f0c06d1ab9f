"""A tab that is one room: Python draws a screen at a time, and the page's script sends the steps that lead to the next.

The script (``assets/NAME.js``) says what the person did through one invisible component, the bridge; the functions
here answer with HTML. What a step does, the room's own steps say; this module binds them to Gradio. Neither the page
nor this module writes down what is typed: not in an address, not in the browser, not in a log.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Protocol

import gradio as gr

from assistant.errors import NotSignedIn
from assistant.people import Person, person_of
from assistant.web import words
from assistant.web.components import bind, fixed_html
from assistant.web.screen import Screen
from assistant.web.values import Data, named, number, sent, text

VISIT = "visit"
"""The step to a place that a link in the page names, as its address would."""

log = logging.getLogger(__name__)


class Steps(Protocol):
    """What a room does; ``address`` are the parameters of the page's address that it reads."""

    address: tuple[str, ...]

    def take(self, data: Data) -> Screen:
        """Take a step and return the screen that follows."""

    def opening(self, address: Mapping[str, str]) -> Screen:
        """Return the screen that the page's address names."""


class RoomTab:
    """A tab of one room; ``build`` lays it out inside the current Blocks.

    Args:
        name: of the tab.
        steps: the same for everybody, or made for the person who takes them.
        admin: whether it is for admins alone.

    """

    def __init__(self, name: str, steps: Steps | Callable[[Person], Steps], *, admin: bool = False) -> None:
        self.name, self.admin = name, admin
        self._steps = steps
        self._room = name.lower()

    def build(self, page: gr.Blocks) -> None:
        """Lay out the components and bind the events."""
        room = self._room
        with gr.Row(elem_id=room), gr.Column(elem_id=f"{room}-scroll"):
            view = fixed_html("", elem_id=f"{room}-view")
        calls = f"window.etude{self.name} = {{ step: (data) => trigger('step', data) }};"
        bridge = fixed_html("", elem_id=f"{room}-bridge", js_on_load=calls)
        bind(page.load, self._load, [], [view])
        bind(bridge.step, self._step, [], [view])

    def _load(self, request: gr.Request) -> str:
        if request.query_params.get("tab") != self._room:
            # The script asks for the first screen when the tab is entered.
            return Screen("", "nothing").root(self._room, 0)

        def opened() -> Screen:
            steps = self._steps_of(request)
            return steps.opening({name: str(request.query_params.get(name, "")) for name in steps.address})

        return self._drawn(opened, 0)

    def _step(self, event: gr.EventData, request: gr.Request) -> str:
        data = sent(event)

        def taken() -> Screen:
            steps = self._steps_of(request)
            return steps.opening(named(data, steps.address)) if text(data, "do") == VISIT else steps.take(data)

        return self._drawn(taken, number(data, "seq"))

    def _steps_of(self, request: gr.Request) -> Steps:
        person = person_of(request)
        check_admin(person, self.admin)
        return self._steps(person) if callable(self._steps) else self._steps

    def _drawn(self, make: Callable[[], Screen], seq: int) -> str:
        try:
            return make().root(self._room, seq)
        except NotSignedIn as error:
            return Screen(words.notice(str(error)), "refused").root(self._room, seq)
        except Exception as error:  # noqa: BLE001 - its message may hold what was typed, and no log may
            where = error.__traceback__
            while where and where.tb_next:
                where = where.tb_next
            place = f"{where.tb_frame.f_code.co_filename}:{where.tb_lineno}" if where else "?"
            log.error("A step of the %s tab failed: %s in %s", self.name, type(error).__name__, place)
            said = f"Etude could not do that ({type(error).__name__}); its terminal shows where."
            again = words.button("Try again", do="start")
            return Screen(words.notice(said) + again, "failed").root(self._room, seq)


def check_admin(person: Person, admin: bool = True) -> None:
    """Refuse whoever is no admin where only admins may go.

    Raises:
        NotSignedIn: with a sentence for them.

    """
    if admin and not person.admin:
        raise NotSignedIn("Only an admin may open this. Ask whoever runs this Etude.")
