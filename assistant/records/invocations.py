"""What was asked of models: one record an invocation, without a word of the prompt or the reply."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select, update

from assistant.records.clean import clean_all
from assistant.records.columns import now
from assistant.records.database import Database
from assistant.records.models import FindingRow, InvocationRow
from assistant.records.prices import Prices

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FindingCount:
    """How often guardrails found one kind of thing and what they did about it; ``action`` is BLOCK or the like."""

    policy: str
    kind: str
    action: str
    count: int


@dataclass(frozen=True, slots=True)
class Invocation:
    """One call to a model, or what a guardrail stopped before the call.

    ``operation`` is what for (answer, rewrite, exam, judge, flashcards, agent …), ``at`` the UTC moment it began.
    ``first_token`` and ``total`` are seconds; tokens and ``first_token`` are None where the back end does not tell.
    ``error`` is ``client`` (what was asked cannot be done), ``server`` (the model failed) or empty, ``error_type`` the
    class of the error. ``cost`` is US dollars; None takes it from the price list.
    """

    operation: str
    model: str
    total: float
    at: datetime = field(default_factory=now)
    prompt: str = ""
    prompt_version: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    input_tokens: int | None = None
    cached_tokens: int | None = None
    output_tokens: int | None = None
    first_token: float | None = None
    stop_reason: str = ""
    error: Literal["", "client", "server"] = ""
    error_type: str = ""
    findings: tuple[FindingCount, ...] = ()
    cost: float | None = None
    conversation_id: str | None = None
    turn_id: int | None = None
    id: int | None = None


class Invocations:
    """What was asked of models; ``prices`` is the price list. Every method may raise `RecordsError`."""

    def __init__(self, database: Database, prices: Prices | None = None) -> None:
        self._session = database.session
        self._prices = prices or Prices({})
        self._told = False

    def add(self, invocation: Invocation) -> int:
        """Keep a record and return its id."""
        cost = invocation.cost
        if cost is None:
            cost = self._prices.cost(invocation.model, invocation.input_tokens, invocation.output_tokens)
        row = InvocationRow(
            **{name: getattr(invocation, name) for name in Invocation.__dataclass_fields__ if name in _COLUMNS},
            parameters=clean_all(dict(invocation.parameters)),
            cost=cost,
            findings=[
                FindingRow(policy=one.policy, kind=one.kind, action=one.action, count=one.count)
                for one in _merged(invocation.findings)
            ],
        )
        with self._session(write=True) as session:
            session.add(row)
            session.flush()
            return row.id

    def belong_to(self, ids: Iterable[int], conversation_id: str, turn_id: int) -> None:
        """Say to which turn records belong, once it is saved."""
        with self._session(write=True) as session:
            session.execute(
                update(InvocationRow)
                .where(InvocationRow.id.in_(list(ids)))
                .values(conversation_id=conversation_id, turn_id=turn_id)
            )

    def find(
        self,
        since: datetime | None = None,
        *,
        operation: str = "",
        model: str = "",
        conversation_id: str = "",
        limit: int | None = None,
    ) -> list[Invocation]:
        """Return the records that fit, the latest first."""
        found = select(InvocationRow).order_by(InvocationRow.at.desc(), InvocationRow.id.desc()).limit(limit)
        if since:
            found = found.where(InvocationRow.at >= since)
        wanted = {"operation": operation, "model": model, "conversation_id": conversation_id}
        found = found.filter_by(**{name: value for name, value in wanted.items() if value})
        with self._session() as session:
            return [_invocation(row) for row in session.scalars(found)]

    def keep(self, invocation: Invocation) -> int | None:
        """Keep a record as `add` does, and return None, with one line in the log, where that fails for any reason."""
        try:
            return self.add(invocation)
        except Exception as error:  # noqa: BLE001 - a record must never break what it records
            if not self._told:
                self._told = True
                _log.warning("Invocations are not recorded: %s", error)
            return None


_COLUMNS = set(Invocation.__dataclass_fields__) - {"id", "findings", "parameters", "cost"}


def _merged(findings: Iterable[FindingCount]) -> list[FindingCount]:
    counts: Counter[tuple[str, str, str]] = Counter()
    for one in findings:
        counts[one.policy, one.kind[:200], one.action] += one.count
    return [FindingCount(*key, count) for key, count in counts.items()]


def _invocation(row: InvocationRow) -> Invocation:
    findings = tuple(FindingCount(one.policy, one.kind, one.action, one.count) for one in row.findings)
    values = {name: getattr(row, name) for name in [*_COLUMNS, "id", "parameters", "cost"]}
    return Invocation(**values, findings=findings)
