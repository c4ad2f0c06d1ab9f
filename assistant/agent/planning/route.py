"""Which tool an utterance asks for: the trained head where it is sure, else the chat model among the likeliest few.

Tools that the head has never seen (plug-ins, attached servers) are found by how near their description is; the model
then chooses between the nearest, the head's best and none.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from langchain_core.language_models.chat_models import BaseChatModel

from assistant.agent.planning.choice import Described, choose
from assistant.agent.planning.head import NEW, NONE, REFINE, Head, load_heads, observe
from assistant.models.chat import make_chat_model
from assistant.rooms import open_embedder
from assistant.settings import Settings
from knowledge.embed import Embedder, Vectors

SURE = 0.55
"""Probability from which the head alone decides."""
NEAR = 0.32
"""Cosine of an utterance and a description from which a tool that the head does not know is put to the model."""
_QUITE_SURE = 0.8
VERY_NEAR = 0.6
"""The same, where the head is sure of a tool that it knows."""
UNSURE = 0.35
"""Probability below which the head alone calls no tool."""
_NEARNESS, _AS_LIKELY = 12.0, 0.38
"""The odds of a strange tool against none, before the model is heard: ``exp(12 (cosine - 0.38))``."""
_POSSIBLE = 0.06
_MOST = 3


@dataclass(frozen=True, slots=True)
class Route:
    """Where an utterance goes: a tool's name, `NONE` or `REFINE`; how sure that is, 0 to 1, and what decided."""

    label: str
    probability: float
    by: str


class Router:
    """Routes utterances among tools.

    Args:
        settings: they name the embedding and the chat model.
        tools: all that may be called.
        ask: lets the chat model choose where the head is not sure; without, the head's best is taken.

    """

    def __init__(self, settings: Settings, tools: Sequence[Described], *, ask: bool = True) -> None:
        self._settings = settings
        self._tools = {tool.name: tool for tool in tools}
        self._ask = ask
        self._vectors: dict[str, Vectors] = {}
        self._warm = False

    @cached_property
    def embedder(self) -> Embedder:
        """The embedding model of the settings."""
        return open_embedder(self._settings)

    @cached_property
    def chat(self) -> BaseChatModel:
        """The chat model of the settings."""
        return make_chat_model(self._settings)

    def warm(self) -> None:
        """Load the embedding model and the heads, so that what follows takes the time of a decision and no more."""
        if not self._warm:
            self._shares("music", self._vector("music"), behind=False, refines=False)
            self._warm = True

    def route(self, text: str, *, behind: bool = False, refines: bool = False) -> Route:
        """Return where a text goes.

        Args:
            text: one step of a request.
            behind: a tool was called in an earlier turn.
            refines: the text has values for that call and no request of its own.

        """
        vector = self._vector(text)
        shares = self._shares(text, vector, behind=behind, refines=refines)
        best = max(shares, key=shares.__getitem__)
        strange = self._strange(text, vector, NEAR if best == NONE or shares[best] < _QUITE_SURE else VERY_NEAR)
        if not self._ask or (not strange and (shares[best] >= SURE or best == REFINE)):
            return _alone(best, shares)
        return self._asked(text, shares, strange)

    def likely(self, text: str) -> Route:
        """Return where the head alone sends a text that stands by itself."""
        shares = self._shares(text, self._vector(text), behind=False, refines=False)
        best = max(shares, key=shares.__getitem__)
        return Route(best, shares[best], "head")

    def _shares(self, text: str, vector: Vectors, *, behind: bool, refines: bool) -> Mapping[str, float]:
        alone, after = self._heads
        seen = observe(text, vector)
        found = dict(alone.probabilities(seen))
        refined = found.pop(REFINE, 0.0)
        rest = sum(found.values()) or 1.0
        found = {label: share / rest for label, share in found.items()}
        if behind:
            about = dict(after.probabilities(seen))
            new = about.pop(NEW)
            about[REFINE] = max(about.get(REFINE, 0.0), refined)
            if refines:
                about[REFINE] = max(about[REFINE], 0.8)
            total = new * (1 - about[REFINE]) + sum(about.values())
            found = {label: share * new * (1 - about[REFINE]) for label, share in found.items()}
            for label, share in about.items():
                found[label] = found.get(label, 0.0) + share
            found = {label: share / total for label, share in found.items()}
        return {label: share for label, share in found.items() if label in self._tools or label in (NONE, REFINE)}

    def _asked(self, text: str, shares: Mapping[str, float], strange: Mapping[str, float]) -> Route:
        order = sorted(shares, key=lambda label: -shares[label])
        known = [label for label in order if label not in (NONE, REFINE) and shares[label] >= _POSSIBLE][:_MOST]
        labels = [*strange, *known]
        said = choose(self.chat, text, [self._tools[label] for label in labels])
        if not labels or not said:
            return _alone(order[0], shares)
        # The head knows nothing of strange tools: there the model's word and the nearness decide.
        prior = {**{label: shares[label] for label in known}, "": shares.get(NONE, 0.0)}
        if strange:
            prior = {label: max(shares[label], 0.05) for label in known} | {"": 1.0}
            prior |= {label: math.exp(_NEARNESS * (near - _AS_LIKELY)) for label, near in strange.items()}
        joined = {label: share * prior.get(label, 1.0) for label, share in said.items()}
        total = sum(joined.values()) or 1.0
        best = max(joined, key=joined.__getitem__)
        return Route(best or NONE, joined[best] / total, "model")

    def _strange(self, text: str, vector: Vectors, near: float) -> Mapping[str, float]:
        known = self._heads[0].labels
        found = {}
        for name, tool in self._tools.items():
            if name not in known:
                if name not in self._vectors:
                    self._vectors[name] = self.embedder.encode(_faces(tool))
                if (likeness := float((self._vectors[name] @ vector).max())) >= near:
                    found[name] = likeness
        best = sorted(found, key=lambda name: -found[name])[:_MOST]
        return {name: found[name] for name in best}

    @cached_property
    def _heads(self) -> tuple[Head, Head]:
        alone, after, _ = load_heads()
        return alone, after

    def _vector(self, text: str) -> Vectors:
        return np.asarray(self.embedder.encode([text])[0], np.float32)


def _alone(best: str, shares: Mapping[str, float]) -> Route:
    """Return where the head alone sends a text: to no tool where it hardly knows."""
    return Route(best if shares[best] >= UNSURE else NONE, shares[best], "head")


def _faces(tool: Described) -> list[str]:
    """Return texts that a tool is known by: its name as words, its description, and each sentence of that."""
    name = re.sub(r"[\W_]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", tool.name)).strip()
    sentences = re.split(r"(?<=[.!?;])\s+", tool.description.strip())
    return list(dict.fromkeys([name, tool.description, f"{name}: {tool.description}", *sentences[:4]]))
