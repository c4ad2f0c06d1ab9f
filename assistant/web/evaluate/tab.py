"""The Evaluate tab.

The page's script (``assets/evaluate.js``) says what the person did through one invisible component, the bridge; the
functions here answer with HTML. What a step does is in ``steps``; this module binds it to Gradio.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

import gradio as gr

from assistant.people import person_of
from assistant.web import words
from assistant.web.components import bind, fixed_html
from assistant.web.evaluate.files import MOST_CHARACTERS
from assistant.web.evaluate.new_view import progress_html
from assistant.web.evaluate.running import Runner
from assistant.web.evaluate.steps import ADDRESS, Steps
from assistant.web.room import VISIT, check_admin
from assistant.web.screen import Screen
from assistant.web.values import named, number, sent, text

_CALLS = ", ".join(f"{name}: (data) => trigger('{name}', data)" for name in ("step", "look", "take"))

log = logging.getLogger(__name__)


class EvaluateTab:
    """The tab and its functions; ``build`` lays it out inside the current Blocks."""

    name = "Evaluate"
    admin = True

    def __init__(self, steps: Steps, runner: Runner) -> None:
        self._steps, self._runner = steps, runner

    def build(self, page: gr.Blocks) -> None:
        """Lay out the components and bind the events."""
        with gr.Row(elem_id="evaluate"), gr.Column(elem_id="evaluate-scroll"):
            view = fixed_html("", elem_id="evaluate-view")
        live = fixed_html("", elem_id="evaluate-live")
        bridge = fixed_html("", elem_id="evaluate-bridge", js_on_load=f"window.etudeEvaluate = {{ {_CALLS} }};")
        bind(page.load, self._load, [], [view])
        bind(bridge.step, self._step, [], [view])
        bind(bridge.take, self._take, [], [view])
        bind(bridge.look, self._look, [], [live])

    def _load(self, request: gr.Request) -> str:
        asked = {name: str(request.query_params.get(name, "")) for name in ADDRESS}
        if request.query_params.get("tab") != self.name.lower():
            # The script asks for the first screen when the tab is entered: chat need not wait for the runs to be read.
            return Screen("", "nothing").root("evaluate", 0)
        check_admin(person_of(request))
        return self._drawn(lambda: self._steps.opening(asked), 0)

    def _step(self, event: gr.EventData, request: gr.Request) -> str:
        check_admin(person_of(request))
        data = sent(event)
        seq = number(data, "seq")
        if text(data, "do") == VISIT:
            return self._drawn(lambda: self._steps.opening(named(data, ADDRESS)), seq)
        return self._drawn(lambda: self._steps.take(data), seq)

    def _take(self, event: gr.EventData, request: gr.Request) -> str:
        check_admin(person_of(request))
        data = sent(event)
        name, content = text(data, "name"), text(data, "content", MOST_CHARACTERS)
        return self._drawn(lambda: self._steps.taken(name, content), number(data, "seq"))

    def _look(self, event: gr.EventData, request: gr.Request) -> str:
        check_admin(person_of(request))
        state = self._runner.state
        return progress_html(state) if state else ""

    def _drawn(self, make: Callable[[], Screen], seq: int) -> str:
        try:
            return make().root("evaluate", seq)
        except Exception as error:
            log.exception("A step of the Evaluate tab failed")
            said = f"Etude could not do that ({type(error).__name__}); its terminal shows more."
            return Screen(words.notice(said) + words.button("Back to the runs", do="runs"), "runs").root(
                "evaluate", seq
            )
