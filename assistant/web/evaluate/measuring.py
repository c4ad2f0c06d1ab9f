"""The steps over runs: the list, one run, two compared, and a run in the making."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

from assistant.errors import InputError
from assistant.settings import Settings
from assistant.web.evaluate.compare_view import compare_html
from assistant.web.evaluate.finding import finished_runs, run_named
from assistant.web.evaluate.new_view import LONGEST_PATH, Offer, Wish, installed_models, new_html, running_html
from assistant.web.evaluate.running import Runner
from assistant.web.evaluate.runs_view import run_html, runs_html, title_of
from assistant.web.screen import Screen
from assistant.web.values import Data, number, text, texts


class Measuring:
    """Steps that need the runs of these settings and the one that is at work."""

    def __init__(self, settings: Settings, runner: Runner) -> None:
        self._settings, self._runner = settings, runner

    def runs(self, data: Data, notice: str = "") -> Screen:
        """Show the list of runs."""
        from eval.runs import list_runs

        return Screen(runs_html(list_runs(self._settings), busy=self._runner.busy, notice=notice), "runs")

    def show(self, data: Data, notice: str = "") -> Screen:
        """Show one run; one that is not finished shows how to go on."""
        run = run_named(self._settings, text(data, "run"))
        manifest = run.manifest()
        if not manifest.finished:
            done = len(run.cases())
            raise InputError(
                f"{manifest.id} is not finished: {done} of {manifest.samples} samples are done. Go on first."
            )
        others = [other for other in finished_runs(self._settings) if other.spec.suite == manifest.spec.suite]
        html = run_html(manifest, run.summary(), others, notice)
        return Screen(html, "run", urlencode({"run": manifest.id}), title_of(manifest))

    def compare(self, data: Data, notice: str = "") -> Screen:
        """Compare two runs: ``runs`` are A and B."""
        from eval.compare import compare

        chosen = texts(data, "runs")
        if len(chosen) != 2:
            raise InputError("Choose two runs to compare.")
        a, b = (run_named(self._settings, name) for name in chosen)
        html = compare_html(compare(a, b), title_of(a.manifest()), title_of(b.manifest()))
        return Screen(html, "compare", urlencode({"run": chosen[0], "with": chosen[1]}), "Comparison")

    def new(self, data: Data, notice: str = "") -> Screen:
        """Show the run that is at work or ended last, else the form of a new one.

        A run that was refused before it had anything to keep leads to the form too, as it was filled in.
        """
        state = self._runner.state
        if state and state.refused and data.get("form") is not True:
            return self._shown(
                Wish(**{**_chosen(state.spec.model_dump()), "limit": str(state.spec.limit)}), state.error
            )
        if state and (state.busy or data.get("form") is not True):
            return Screen(running_html(state, notice), "new", "see=new", "New run")
        return self._form(data, notice)

    def start(self, data: Data, notice: str = "") -> Screen:
        """Begin a run of what was chosen."""
        from eval.folder import Spec
        from eval.plan import make_plan
        from eval.scoring import OWN

        chosen = _chosen(data)
        spec = Spec.model_validate({**chosen, "limit": number(data, "limit"), "split": chosen["split"] or "test"})
        if spec.data:
            spec = spec.model_copy(update={"suite": OWN})
        # What is wrong with it is said here, on the form, and not by a run that breaks off.
        make_plan(spec, self._settings)
        self._runner.start(spec)
        return self.new({})

    def resume(self, data: Data, notice: str = "") -> Screen:
        """Go on with a run that was stopped."""
        run = run_named(self._settings, text(data, "run"))
        self._runner.start(run.manifest().spec, run.path.name)
        return self.new({})

    def halt(self, data: Data, notice: str = "") -> Screen:
        """Stop the run that is at work."""
        self._runner.stop()
        return self.new({})

    def _form(self, data: Data, notice: str) -> Screen:
        return self._shown(Wish(**_chosen(data), limit=text(data, "limit") or "40"), notice)

    def _shown(self, wish: Wish, notice: str) -> Screen:
        from assistant.rooms import guardrails_of
        from eval.suites.registry import suites
        from eval.systems.choices import ETUDE, answer_prompts, retrievers

        models = installed_models(self._settings)
        offer = Offer(
            suites(),
            {name: shown if shown else Path(name).name for name, shown in models.items()},
            [name for name in answer_prompts(self._settings) if name != "answer"],
            [name for name in retrievers() if name != ETUDE],
            guardrails_of(self._settings).names(),
        )
        wish = replace(wish, model=wish.model or next(iter(models)), split=wish.split or "test")
        return Screen(new_html(offer, wish, notice), "new", "see=new", "New run")


def _chosen(data: Data) -> dict[str, str]:
    """Return what is chosen by name; paths may be long."""
    short = {name: text(data, name) for name in ("suite", "system", "split", "prompt", "retriever", "guardrail")}
    return short | {name: text(data, name, LONGEST_PATH).strip() for name in ("model", "chunking", "notes", "data")}
