"""The steps of rating: sessions, who rates, one item after the other, and the result."""

from __future__ import annotations

import random
from collections.abc import Sequence
from urllib.parse import urlencode

from assistant.errors import InputError
from assistant.records import RatingRecords, RatingSession
from assistant.settings import Settings
from assistant.web.evaluate.fields import when
from assistant.web.evaluate.finding import finished_runs, run_named
from assistant.web.evaluate.item_view import done_html, item_html
from assistant.web.evaluate.result_view import result_html
from assistant.web.evaluate.runs_view import title_of
from assistant.web.evaluate.sessions_view import rater_html, session_html, sessions_html
from assistant.web.screen import Screen
from assistant.web.values import Data, number, text
from eval.folder import Manifest
from eval.human.kinds import KINDS, find_kind
from eval.human.result import result_of
from eval.human.sessions import make_session
from eval.human.sitting import LONGEST_COMMENT, Sitting, item_at, rate, sit

_SEEDS = 1_000_000


class RatingSteps:
    """Steps that need the rating sessions."""

    def __init__(self, settings: Settings, records: RatingRecords) -> None:
        self._settings, self._records = settings, records

    def sessions(self, data: Data, notice: str = "") -> Screen:
        """Show the sessions."""
        html = sessions_html(
            self._records.sessions(),
            self._records.counts(),
            runs=bool(finished_runs(self._settings)),
            said=text(data, "said"),
            notice=notice,
        )
        return Screen(html, "rate", "see=rate", "Rate")

    def session(self, data: Data, notice: str = "") -> Screen:
        """Show the form of a new session."""
        found = finished_runs(self._settings)
        if not found:
            raise InputError("There is no finished run whose answers could be rated. Make one first.")
        runs = {manifest.id: f"{title_of(manifest)}, {when(manifest.created)}" for manifest in found}
        chosen = {name: value for name in ("kind", "a", "b", "limit", "name") if (value := text(data, name))}
        if KINDS.get(chosen.get("kind", ""), KINDS["thumbs"]).answers == 2:
            chosen = {**_pair(found, chosen.get("a", "")), **chosen}
        if "b" in chosen and len(runs) < 2:
            notice = notice or "A preference needs two finished runs over the same samples; there is one so far."
        return Screen(session_html(runs, chosen, notice), "session", "see=session", "New session")

    def make(self, data: Data, notice: str = "") -> Screen:
        """Make a session of what was chosen."""
        kind = find_kind(text(data, "kind"))
        runs = [run_named(self._settings, text(data, name)) for name in ("a", "b")[: kind.answers]]
        session = make_session(
            self._records,
            runs,
            kind.name,
            limit=number(data, "limit"),
            seed=random.randrange(_SEEDS),
            name=text(data, "name"),
        )
        return self.who({"session": session.id})

    def who(self, data: Data, notice: str = "") -> Screen:
        """Ask who is rating."""
        session = self._session(data)
        items, raters = self._records.counts().get(session.id, (0, {}))
        html = rater_html(session, items, raters, notice)
        return Screen(html, "who", urlencode({"session": session.id}), session.name)

    def sit(self, data: Data, notice: str = "") -> Screen:
        """Show the item at a place; -1 is the first that is not rated, one past the last is the end."""
        sitting = sit(self._records, self._session(data), text(data, "rater"))
        return self._shown(sitting, number(data, "item", -1), notice)

    def give(self, data: Data, notice: str = "") -> Screen:
        """Keep a rating and go on to the next item."""
        before = sit(self._records, self._session(data), text(data, "rater"))
        at = number(data, "item")
        sitting = rate(self._records, before, at, text(data, "value"), text(data, "comment", LONGEST_COMMENT * 2))
        if data.get("stay") is True:
            return self._shown(sitting, at)
        # The last item that was missing ends the sitting; a rating that is changed leads to the next item.
        ended = sitting.next is None and before.next is not None
        return self._shown(sitting, -1 if ended else at + 1)

    def result(self, data: Data, notice: str = "") -> Screen:
        """Show what came of a session."""
        session = self._session(data)
        html = result_html(result_of(self._records, session), notice)
        return Screen(html, "result", urlencode({"session": session.id, "see": "result"}), session.name)

    def delete(self, data: Data, notice: str = "") -> Screen:
        """Delete a session with its ratings."""
        self._records.delete(text(data, "session"))
        return self.sessions({})

    def _session(self, data: Data) -> RatingSession:
        found = self._records.session(text(data, "session"))
        if found is None:
            raise InputError("This rating session is no longer here.")
        return found

    def _shown(self, sitting: Sitting, at: int, notice: str = "") -> Screen:
        last = len(sitting.places)
        if at < 0 or at >= last:
            # At the end those that were passed over come again.
            at = last if sitting.next is None else sitting.next
        where = {"session": sitting.session.id, "rater": sitting.rater}
        if at >= last:
            return Screen(done_html(sitting), "done", urlencode({**where, "item": "done"}), sitting.session.name)
        html = item_html(sitting, at, item_at(self._records, sitting, at), notice)
        return Screen(html, "item", urlencode({**where, "item": at + 1}), sitting.session.name)


def _pair(found: Sequence[Manifest], a: str) -> dict[str, str]:
    """Return two runs to begin with: the latest is B, and A the one before it of the same suite."""
    first = next((run for run in found if run.id == a), None)
    last = first or found[0]
    other = next((run for run in found if run.id != last.id and run.spec.suite == last.spec.suite), last)
    return {"a": last.id, "b": other.id} if first else {"a": other.id, "b": last.id}
