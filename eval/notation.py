"""Music as text: melodies in prompts, accompaniments in predictions and references.

JSON with a genre, a number of bars and takes; a take has a list of notes for each part, each note its start and length
in sixteenths with the MIDI pitch between them: ``{"genre": "chorale", "bars": 1, "takes": [{"alto": [[0, 67, 16]]}]}``.
A melody is a take with the genre's first part alone. An accompaniment has the other parts, and does not repeat the
melody, so that it can be set under another one. Keys are normalised to C major or A minor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.composer.genres import Part, genre
from assistant.composer.roll import PITCHES, STEPS_PER_BAR, Roll, bars, empty, notes, write_note
from assistant.errors import InputError

_LONGEST = 2_000
"""Bars."""

_Step = Annotated[int, Field(ge=0, le=_LONGEST * STEPS_PER_BAR)]
_Pitch = Annotated[int, Field(ge=0, lt=PITCHES)]


class Music(BaseModel):
    """Music as it is written down; a part that is missing from a take is silent."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    genre: str
    bars: int = Field(ge=1, le=_LONGEST)
    takes: tuple[Mapping[str, tuple[tuple[_Step, _Pitch, _Step], ...]], ...] = Field(min_length=1)

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts of the genre, the melody first."""
        return genre(self.genre).parts

    @property
    def melody(self) -> Roll:
        """The first part of the first take, shaped (1, steps, 128)."""
        return self._roll(self.takes[0])[:1]

    def under(self, melody: Roll) -> list[Roll]:
        """Return each take set under a melody, shaped (parts, steps, 128).

        What is longer than the melody is cut, what is shorter begins again.
        """
        steps = np.arange(melody.shape[1]) % (self.bars * STEPS_PER_BAR)
        return [np.concatenate([melody, self._roll(take)[1:, steps]]) for take in self.takes]

    def _roll(self, take: Mapping[str, Sequence[tuple[int, int, int]]]) -> Roll:
        roll = empty(len(self.parts), self.bars)
        for part, voice in zip(self.parts, roll, strict=True):
            for start, pitch, length in take.get(part.name, ()):
                write_note(voice, pitch, start, length)
        return roll


def melody_text(name: str, roll: Roll) -> str:
    """Return the melody of a roll, its first part, as text for a genre."""
    return _text(name, [roll], slice(0, 1))


def accompaniment_text(name: str, takes: Sequence[Roll]) -> str:
    """Return what was written to one melody, once or several times, without the melody."""
    return _text(name, takes, slice(1, None))


def read_music(text: str) -> Music:
    """Read music.

    Raises:
        InputError: the text is none, or names a genre or a part that there is not.

    """
    try:
        music = Music.model_validate_json(text)
    except ValidationError as error:
        problem = error.errors()[0]
        where = " ".join(map(str, problem["loc"]))
        raise InputError(
            f"“{text[:40]}” is not music ({where + ': ' if where else ''}{problem['msg']}). Give JSON such as "
            '{"genre": "chorale", "bars": 1, "takes": [{"alto": [[0, 67, 16]]}]}.'
        ) from error
    known = [part.name for part in music.parts]
    if strange := [name for take in music.takes for name in take if name not in known]:
        raise InputError(f"{music.genre} has no part {strange[0]!r}; it has {', '.join(known)}.")
    return music


def _text(name: str, takes: Sequence[Roll], which: slice) -> str:
    parts = genre(name).parts[which]
    return Music(
        genre=name,
        bars=bars(takes[0]),
        takes=tuple(
            {part.name: tuple(notes(voice)) for part, voice in zip(parts, take[which], strict=True)} for take in takes
        ),
    ).model_dump_json()
