"""Which tool an utterance asks for: the trained head where it is sure, else the chat model among the likeliest few.

Of tools that the head has never seen (plug-ins, attached servers) the one with the nearest description or example is
taken, if the chat model finds that the utterance asks for it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from langchain_core.language_models.chat_models import BaseChatModel

from assistant.agent.planning.choice import Described, choose, wanted
from assistant.agent.planning.head import NEW, NONE, REFINE, Head, load_heads, observe
from assistant.models.chat import make_chat_model
from assistant.rooms import open_embedder
from assistant.settings import Settings
from knowledge.embed import Embedder, Vectors

SURE = 0.55
"""Probability from which the head alone decides."""
UNSURE = 0.35
"""Probability below which the head alone calls no tool."""
NEAR = 0.3
"""Cosine of an utterance and a text of a tool that the head does not know from which the model is asked about it."""
_SAME = 0.95
"""Cosine from which an utterance says the same as an example, the name or the description, and nobody is asked."""
_STRANGE = (-4.0, 5.3, 2.2)
"""Log odds that such a tool is meant: a constant, for the cosine, and for the log odds that the model gives. Logistic
regression on the dev half of `eval.bench.agent_plugins`, 87 requests."""
_POSSIBLE = 0.06
_MOST = 3
_LIKELY = 0.5


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
        if self._ask and (strange := self._strange(text, vector)):
            return strange
        if not self._ask or shares[best] >= SURE or best == REFINE:
            return _alone(best, shares)
        return self._asked(text, shares)

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

    def _asked(self, text: str, shares: Mapping[str, float]) -> Route:
        order = sorted(shares, key=lambda label: -shares[label])
        labels = [label for label in order if label not in (NONE, REFINE) and shares[label] >= _POSSIBLE][:_MOST]
        said = choose(self.chat, text, [self._tools[label] for label in labels]) if labels else {}
        if not said:
            return _alone(order[0], shares)
        prior = {**{label: shares[label] for label in labels}, "": shares.get(NONE, 0.0)}
        joined = {label: share * prior[label] for label, share in said.items()}
        total = sum(joined.values()) or 1.0
        best = max(joined, key=joined.__getitem__)
        return Route(best or NONE, joined[best] / total, "model")

    def _strange(self, text: str, vector: Vectors) -> Route | None:
        """Return the way to the nearest tool that the head does not know; None where it is not meant."""
        near = {name: float((self._faces(name) @ vector).max()) for name in self._tools if name not in self._known}
        best = max(near, key=near.__getitem__, default="")
        if not best or near[best] < NEAR:
            return None
        if near[best] >= _SAME:
            return Route(best, min(near[best], 1.0), "example")
        said = wanted(self.chat, text, self._tools[best])
        if said is None:
            return None
        constant, by_cosine, by_model = _STRANGE
        probability = 1 / (1 + math.exp(-(constant + by_cosine * near[best] + by_model * said)))
        return Route(best, probability, "model") if probability >= _LIKELY else None

    def _faces(self, name: str) -> Vectors:
        if name not in self._vectors:
            self._vectors[name] = self.embedder.encode(_faces(self._tools[name]))
        return self._vectors[name]

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self._heads[0].labels)

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
    """Return texts that a tool is known by: its name as words, its description, each sentence of that, and examples."""
    name = re.sub(r"[\W_]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", tool.name)).strip()
    sentences = re.split(r"(?<=[.!?;])\s+", tool.description.strip())
    return list(dict.fromkeys([name, tool.description, f"{name}: {tool.description}", *sentences[:4], *tool.examples]))
