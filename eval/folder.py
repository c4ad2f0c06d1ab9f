"""A run on disk: ``run.json`` (what was run, where, with what), ``samples.jsonl``, ``scores.jsonl``, ``summary.json``.

``samples.jsonl`` gets one line as each sample finishes and is never rewritten, so that a run that was killed goes on
where it stopped. The other files can always be made anew from these two.
"""

from __future__ import annotations

import errno
import json
import math
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.errors import InputError
from eval.metrics.registry import Value
from eval.sample import Case, Output, Sample
from eval.stats import Estimate

SYSTEM, ORACLE, SHUFFLED = "system", "oracle", "shuffled"
"""Rows of scores and figures: what was tested, and the two controls beside it."""
FORMAT = 1
"""Of the folder. A folder of another format is refused, not guessed at."""


class Spec(BaseModel):
    """What a run tests. Equal specs on equal data give equal outputs; times apart."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    suite: str
    system: str = "etude"
    model: str = ""
    prompt: str = ""
    chunking: str = ""
    retriever: str = ""
    guardrail: str = ""
    split: str = "test"
    limit: int = 0
    seed: int = 0
    data: str = ""
    notes: str = ""
    metrics: tuple[str, ...] = ()
    judge: str = ""
    encoder: str = ""

    @property
    def choices(self) -> tuple[str, ...]:
        """What was chosen in place of the system's own ways, for a short name of it."""
        return tuple(filter(None, (self.prompt, self.chunking, self.retriever, self.guardrail)))


class Manifest(BaseModel):
    """``run.json``. ``hashes`` are SHA-256 by file name, of data, notes and weights; ``settings`` are those in force.

    Specs, hashes and settings that are equal give equal outputs; ``environment`` and ``versions`` are for a reader.
    """

    model_config = ConfigDict(extra="forbid")

    format: int = FORMAT
    id: str
    created: str
    spec: Spec
    samples: int
    settings: dict[str, str] = Field(default_factory=dict)
    environment: dict[str, str] = Field(default_factory=dict)
    versions: dict[str, str] = Field(default_factory=dict)
    hashes: dict[str, str] = Field(default_factory=dict)
    finished: str = ""


class Line(BaseModel):
    """A line of ``samples.jsonl``."""

    model_config = ConfigDict(extra="forbid")

    sample: Sample
    output: Output


class ScoredLine(BaseModel):
    """A line of ``scores.jsonl``: scores by row (``system`` and the control rows), then by name."""

    model_config = ConfigDict(extra="forbid")

    id: str
    scores: dict[str, dict[str, Value]]


class Figure(BaseModel):
    """An aggregate: NaN is None; ``failed`` cases had no score and are not in ``n``."""

    model_config = ConfigDict(extra="forbid")

    value: float | None
    low: float | None
    high: float | None
    n: int
    failed: int = 0

    @classmethod
    def of(cls, estimate: Estimate, failed: int = 0) -> Figure:
        """Return an estimate as it is written."""
        value, low, high = (None if math.isnan(x) else x for x in (estimate.value, estimate.low, estimate.high))
        return cls(value=value, low=low, high=high, n=estimate.n, failed=failed)


class Summary(BaseModel):
    """``summary.json``: figures by row and score, those of the system by category too, and metric signatures."""

    model_config = ConfigDict(extra="forbid")

    format: int = FORMAT
    rows: dict[str, dict[str, Figure]]
    categories: dict[str, dict[str, Figure]] = Field(default_factory=dict)
    signatures: dict[str, str] = Field(default_factory=dict)
    errors: int = 0


class RunFolder:
    """Reads and writes the files of one run."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def samples_file(self) -> Path:
        """One line a finished sample."""
        return self.path / "samples.jsonl"

    def manifest(self) -> Manifest:
        """Read ``run.json``.

        Raises:
            InputError: the folder is no run, is damaged, or was written by another version of Etude.

        """
        file = self.path / "run.json"
        try:
            raw = json.loads(file.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise InputError(f"{self.path} is not a run. `etude eval list` shows the runs.") from error
        except (OSError, ValueError) as error:
            raise InputError(f"{file} cannot be read ({error}). Delete the folder and run again.") from error
        found = raw.get("format") if isinstance(raw, dict) else None
        if found != FORMAT:
            raise InputError(
                f"{self.path} has run format {found}; this version of Etude reads {FORMAT}. Run it again, or open it "
                "with the version that wrote it."
            )
        try:
            return Manifest.model_validate(raw)
        except ValidationError as error:
            raise InputError(f"{file} is damaged ({error.errors()[0]['msg']}). Delete it and run again.") from error

    def write_manifest(self, manifest: Manifest) -> None:
        """Write ``run.json``, whole or not at all."""
        self._write("run.json", manifest.model_dump_json(indent=2))

    def append(self, line: Line) -> None:
        """Add a finished sample; when this returns it is on the disk."""
        with self.samples_file.open("a", encoding="utf-8", newline="\n") as file:
            file.write(f"{line.model_dump_json()}\n")
            file.flush()
            os.fsync(file.fileno())

    def mend(self) -> None:
        """Cut off a last line that a kill left half-written, so that the next one does not grow onto it."""
        if not self.samples_file.is_file():
            return
        with self.samples_file.open("rb+") as file:
            whole = 0
            for line in file:
                if line.endswith(b"\n"):
                    whole += len(line)
            file.truncate(whole)

    def cases(self) -> dict[str, Case]:
        """Read the finished samples by id; a last line that was cut off by a kill is passed over.

        Raises:
            InputError: another line is damaged.

        """
        found: dict[str, Case] = {}
        lines = list(_lines(self.samples_file))
        for number, text in enumerate(lines, start=1):
            try:
                line = Line.model_validate_json(text)
            except ValidationError as error:
                if number == len(lines):
                    continue
                raise InputError(
                    f"Line {number} of {self.samples_file} is damaged. Delete the line to go on without that sample."
                ) from error
            found[line.sample.id] = Case(line.sample, line.output)
        return found

    def scores(self) -> dict[str, dict[str, dict[str, Value]]]:
        """Read the scores: by sample, row and name."""
        lines = (ScoredLine.model_validate_json(text) for text in _lines(self.path / "scores.jsonl"))
        return {line.id: line.scores for line in lines}

    def write_scores(self, scores: Mapping[str, dict[str, dict[str, Value]]]) -> None:
        """Write ``scores.jsonl``, whole or not at all."""
        lines = [ScoredLine(id=name, scores=found).model_dump_json() for name, found in scores.items()]
        self._write("scores.jsonl", "\n".join([*lines, ""]))

    def summary(self) -> Summary:
        """Read ``summary.json``.

        Raises:
            InputError: the run has not been scored.

        """
        try:
            return Summary.model_validate_json((self.path / "summary.json").read_text(encoding="utf-8"))
        except (OSError, ValidationError) as error:
            raise InputError(f"{self.path.name} has no figures yet. The command that began it goes on.") from error

    def write_summary(self, summary: Summary) -> None:
        """Write ``summary.json``, whole or not at all."""
        self._write("summary.json", summary.model_dump_json(indent=2))

    def _write(self, name: str, text: str) -> None:
        new = self.path / f"{name}.new"
        new.write_text(text, encoding="utf-8")
        new.replace(self.path / name)


def no_room(error: BaseException) -> bool:
    """Say whether an error is that of a full disk."""
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


def _lines(file: Path) -> Iterator[str]:
    if file.is_file():
        yield from (line for line in file.read_text(encoding="utf-8", errors="replace").split("\n") if line.strip())
