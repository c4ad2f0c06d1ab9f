"""From what was asked for to what will be done; everything that can be wrong is found before a model is loaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast, get_args

from assistant.errors import InputError
from assistant.guardrails.heads import FOLDER as HEADS
from assistant.guardrails.library import POLICIES
from assistant.models.catalog import load_catalog
from assistant.prompts.library import TEMPLATES, PromptLibrary
from assistant.rooms import guardrails_of, shipped_notes
from assistant.settings import Settings
from eval.environment import file_hashes, weight_hashes
from eval.folder import Spec
from eval.metrics.registry import Metric, find_metric
from eval.names import near
from eval.sample import Sample
from eval.scoring import check_needs, suite_of
from eval.suites.registry import Split, Suite, SystemFunction, Variant
from eval.suites.take import take
from eval.tools import Tools


@dataclass(frozen=True, slots=True)
class Plan:
    """A run that can begin. ``samples`` are in the order in which they are asked.

    ``tools`` are the system's, with the model under test; ``scoring`` are the metrics', with the settings' own model,
    so that two models that are compared have one judge.
    """

    spec: Spec
    suite: Suite
    tools: Tools
    scoring: Tools
    samples: list[Sample]
    metrics: list[Metric]
    hashes: dict[str, str]

    def open_system(self) -> SystemFunction:
        """Open the system under test; this may read notes and load models.

        Raises:
            EtudeError: it cannot be opened.

        """
        variant = Variant(
            self.spec.prompt, self.spec.chunking, self.spec.retriever, self.spec.guardrail, _path(self.spec.notes)
        )
        return self.suite.systems[self.spec.system](self.tools, variant)


def make_plan(spec: Spec, settings: Settings) -> Plan:
    """Check a spec and read its data.

    The model writes without sampling whatever the settings say, so that a run can be repeated.

    Raises:
        InputError: no such suite, system, metric, split, file or folder; no samples; or they lack what a metric needs.
        EtudeError: what a metric rests on, such as an encoder, cannot be used.

    """
    spec = _in_full(spec, settings)
    suite = suite_of(spec)
    if spec.system not in suite.systems:
        raise InputError(f"{suite.name} has no system {spec.system!r}.{near(spec.system, suite.systems)}")
    scoring = Tools(settings, spec.judge, _path(spec.encoder), spec.seed)
    tools = Tools(_settings_of(spec, settings), seed=spec.seed)
    samples = _read(suite, spec)
    metrics = choose_metrics(suite, spec.metrics)
    if spec.metrics:
        for metric in metrics:
            check_needs(metric, samples, spec.data or suite.name)
    for metric in metrics:
        metric.signature(scoring)
    notes = {"shipped notes": shipped_notes(), "prompts": TEMPLATES} | (
        {"given notes": Path(spec.notes)} if spec.notes else {}
    )
    if (own := PromptLibrary.of(settings).own) and own.is_dir():
        notes["own prompts"] = own
    if spec.guardrail:
        notes |= {"guardrails": POLICIES, "classifiers of guardrails": HEADS}
        notes |= {"own guardrails": own} if (own := guardrails_of(settings).folder).is_dir() else {}
    hashes = file_hashes({file.name: file for file in suite.files} | notes) | weight_hashes(tools.settings)
    return Plan(spec, suite, tools, scoring, samples, metrics, hashes)


def choose_metrics(suite: Suite, asked: Sequence[str]) -> list[Metric]:
    """Return the metrics that were asked for, else the suite's own that call no model for each case.

    Raises:
        InputError: there is no metric of that name.

    """
    if asked:
        return [find_metric(name) for name in dict.fromkeys(asked)]
    return [metric for name in suite.metrics if not (metric := find_metric(name)).slow]


def _in_full(spec: Spec, settings: Settings) -> Spec:
    """Return a spec that says the same from any folder and under any settings."""
    paths = {
        name: str(Path(given).expanduser().absolute())
        for name in ("data", "notes", "encoder")
        if (given := getattr(spec, name))
    }
    for name in ("notes", "encoder"):
        if name in paths and not Path(paths[name]).is_dir():
            raise InputError(f"There is no folder {paths[name]}. Name one after `--{name}`.")
    model = spec.model or settings.model_in_use
    if settings.backend != "openai" and model not in load_catalog() and Path(model).expanduser().exists():
        model = str(Path(model).expanduser().absolute())
    return spec.model_copy(update={**paths, "model": model})


def _settings_of(spec: Spec, settings: Settings) -> Settings:
    generation = settings.generation.model_copy(update={"temperature": 0.0, "seed": spec.seed})
    if settings.backend == "openai":
        model: dict[str, object] = {"endpoint": settings.endpoint.model_copy(update={"model": spec.model})}
    else:
        model = {"model": spec.model}
    return settings.model_copy(update={"generation": generation, "guardrail": spec.guardrail, **model})


def _read(suite: Suite, spec: Spec) -> list[Sample]:
    if spec.split not in get_args(Split):
        raise InputError(f"There is no split {spec.split!r}.{near(spec.split, get_args(Split))}")
    source = spec.data or f"{suite.name} ({spec.split})"
    found = suite.samples(cast(Split, spec.split), _path(spec.notes))
    if not found:
        raise InputError(f"{source} has no samples, so there is nothing to measure. Give it some, or another split.")
    ids = [sample.id for sample in found]
    if len(set(ids)) < len(ids):
        twice = next(name for name in ids if ids.count(name) > 1)
        raise InputError(f"{source} has two samples with the id {twice!r}. Give each an id of its own.")
    return take(found, spec.limit, spec.seed)


def _path(given: str) -> Path | None:
    return Path(given) if given else None
