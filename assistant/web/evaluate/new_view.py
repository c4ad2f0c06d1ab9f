"""What a new run tests, and the run while it is at work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from assistant.models.catalog import load_catalog
from assistant.models.weights import locate
from assistant.settings import Settings
from assistant.web import words
from assistant.web.evaluate.fields import chips, on, select, views, written
from assistant.web.evaluate.running import State
from assistant.web.values import LONGEST_NAME
from eval.suites.registry import Suite

LONGEST_PATH = 4096
LIMITS = {"10": "10", "40": "40", "100": "100", "0": "All"}
SPLITS = {"test": "Test", "dev": "Development", "all": "All"}
STEPS = {"opening": "Opening the model and the notes", "asking": "Asking", "scoring": "Scoring"}


@dataclass(frozen=True, slots=True)
class Wish:
    """What is chosen in the form, as `eval.folder.Spec` names it."""

    suite: str = ""
    system: str = ""
    model: str = ""
    limit: str = "40"
    split: str = "test"
    prompt: str = ""
    chunking: str = ""
    retriever: str = ""
    guardrail: str = ""
    notes: str = ""
    data: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """What can be chosen: suites by name, models by what the settings call them, and what differs from Etude's own."""

    suites: Mapping[str, Suite]
    models: Mapping[str, str]
    prompts: Sequence[str] = ()
    retrievers: Sequence[str] = ()
    guardrails: Sequence[str] = ()


def new_html(offer: Offer, wish: Wish, notice: str = "") -> str:
    """Return the form of a new run."""
    suites = offer.suites
    suite = suites.get(wish.suite) or next(iter(suites.values()))
    rows = "".join(
        f'<label><input type="radio" name="suite" value="{escape(name)}"{on(name == suite.name)} data-redraw="new">'
        f"<span>{escape(name)} <small>{escape(one.describe)}</small></span></label>"
        for name, one in suites.items()
    )
    systems = {name: name for name in suite.systems}
    return (
        f'{views("new")}{words.notice(notice)}<form class="setup" data-do="start">'
        f'<fieldset class="rows"><legend>Suite</legend>{rows}</fieldset>'
        + chips("System", "system", systems, wish.system if wish.system in systems else next(iter(systems)))
        + f'<div class="fields">{select("Model", "model", offer.models, wish.model)}</div>'
        + chips("Samples", "limit", LIMITS, wish.limit)
        + _more(offer, wish)
        + '<button type="submit" class="primary wide" data-key="Enter">Start</button>'
        '<p class="hint">It runs here, on this machine; you can go on chatting, more slowly. Each answer is kept as it '
        "comes: a run that was stopped goes on where it was.</p></form>"
    )


def running_html(state: State, notice: str = "") -> str:
    """Return the run that is at work, or how the last one ended."""
    spec = state.spec
    title = " · ".join(part for part in (spec.suite, spec.system, spec.model) if part)
    if state.busy:
        acts = words.button("Stop", key="Escape", classes="primary wide", do="halt", extra=' data-focus="halt"')
        if state.stopping:
            acts = '<button type="button" class="primary wide" disabled>Stopping after this answer</button>'
        return (
            f'{views("new")}{words.notice(notice)}<section class="running"><h2>{escape(title)}</h2>'
            f'<div class="live-place">{progress_html(state)}</div><p class="more">{acts}</p>'
            '<p class="hint">You can leave this page; the run goes on.</p></section>'
        )
    other = words.button("Another run", do="new", form=True)
    finished = state.progress is not None and state.progress.step == "scoring" and not state.error
    if finished:
        said = "The run is done."
        main = words.button("See the figures", key="Enter", classes="primary wide", do="show", run=state.run)
    else:
        said = "The run broke off." if state.error else "The run was stopped."
        resume = {"do": "resume", "run": state.run}
        main = words.button("Go on", resume, key="Enter", classes="primary wide") if state.run else ""
    return (
        f'{views("new")}{words.notice(notice or state.error)}<section class="running"><h2>{escape(title)}</h2>'
        f'<p class="counts">{said} {"" if finished else _kept(state)}</p><p class="more">{main}{other}</p></section>'
    )


def progress_html(state: State) -> str:
    """Return where the run stands; it says itself whether there is more to come."""
    busy = "yes" if state.busy else ""
    progress = state.progress
    if progress is None:
        return f'<div class="live" data-busy="{busy}"><p class="stage"><span class="pulse"></span>Beginning</p></div>'
    part = progress.done / progress.total if progress.total else 0.0
    left = f", {words.left(progress.seconds_left)}" if progress.seconds_left is not None else ""
    what = "metrics" if progress.step == "scoring" else "samples"
    return (
        f'<div class="live" data-busy="{busy}"><p class="stage"><span class="pulse"></span>{STEPS[progress.step]}</p>'
        f'<span class="track" role="progressbar" aria-valuemin="0" aria-valuemax="{progress.total}" '
        f'aria-valuenow="{progress.done}" aria-label="Progress"><span style="width:{100 * part:.1f}%"></span></span>'
        f'<p class="counts">{progress.done} of {progress.total} {what}{left}</p></div>'
    )


def installed_models(settings: Settings) -> dict[str, str]:
    """Return the chat models that can be tested here by what the settings call them; the one in use comes first."""
    if settings.backend == "openai":
        return {settings.endpoint.model: f"{settings.endpoint.model} (endpoint)"}
    here = {
        card.id: card.name
        for card in load_catalog().values()
        if card.kind == "chat" and (card.id == settings.model or locate(card, settings))
    }
    return {settings.model: here.get(settings.model, settings.model), **here}


def _more(offer: Offer, wish: Wish) -> str:
    chosen = wish.split != "test" or any(
        (wish.prompt, wish.chunking, wish.retriever, wish.guardrail, wish.notes, wish.data)
    )
    own = {"": "Etude’s own"}
    return (
        f'<details{" open data-open" if chosen else ""}><summary>More</summary><div class="fields">'
        + select("Prompt", "prompt", own | {name: name for name in offer.prompts}, wish.prompt)
        + select("Retriever", "retriever", own | {name: name for name in offer.retrievers}, wish.retriever)
        + select("Guardrail", "guardrail", {"": "None"} | {name: name for name in offer.guardrails}, wish.guardrail)
        + written("Chunking", "chunking", wish.chunking, longest=LONGEST_NAME, example="headings, or characters-1000")
        + written("Folder of notes", "notes", wish.notes, longest=LONGEST_PATH, example="beside the shipped notes")
        + written("Your own questions", "data", wish.data, longest=LONGEST_PATH, example="a .jsonl or .csv file")
        + f"</div>{chips('Split', 'split', SPLITS, wish.split)}"
        '<p class="hint">Folders and files are those of the machine that Etude runs on. Questions of your own are '
        "asked instead of the suite’s, and know no split.</p></details>"
    )


def _kept(state: State) -> str:
    progress = state.progress
    if progress is None or progress.step == "scoring":
        return ""
    return f"{progress.done} of {progress.total} samples are done and kept."
