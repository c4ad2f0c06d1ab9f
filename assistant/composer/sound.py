"""MIDI to sound, with a soundfont.

The default soundfont is TimGM6mb by Tim Brechbill (GPL-2), a file that the pretty_midi package carries; nothing of that
package is imported.
"""

from __future__ import annotations

import importlib.util
import io
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from assistant.errors import InputError

LOUDNESS, PEAK = -18.0, -1.0
"""Decibels below full scale: root mean square that is aimed at, and the highest peak that is let through."""

_RINGS = 2.0
"""Seconds that the last notes ring on."""
_FADE = 0.05
_FULL = 32767
_SMALL = 0.7
"""From 0, the best, to 1, the smallest."""
_NO_CONTROL = 3
"""A controller number that General MIDI leaves undefined: it only makes the file longer."""


def render(midi: bytes, soundfont: Path | None = None) -> bytes:
    """Return a MIDI file as sound: WAV, 16 bits, two channels, always equally loud and never clipped.

    Args:
        midi: the file's bytes.
        soundfont: a .sf2 file; None takes the one that comes with Etude.

    Raises:
        InputError: there is no soundfont, or it or the MIDI file cannot be read.

    """
    import midirenderer

    return _levelled(_sounding(midirenderer.render_wave_from, midi, soundfont))


def render_small(midi: bytes, soundfont: Path | None = None) -> bytes:
    """Return a MIDI file as sound for a page: MP3, which every browser plays, one channel, about 50 kbit/s.

    Raises:
        InputError: as `render`.

    """
    # The renderer's own Opus takes 257 kbit/s whatever rate is asked for, and older Safaris do not play Ogg.
    import soundfile  # type: ignore[import-untyped]

    samples, rate = soundfile.read(io.BytesIO(render(midi, soundfont)), dtype="float32")
    written = io.BytesIO()
    soundfile.write(
        written, samples.mean(axis=1), rate, format="MP3", bitrate_mode="VARIABLE", compression_level=_SMALL
    )
    return written.getvalue()


def _sounding(renderer: Callable[[bytes, bytes], Any], midi: bytes, soundfont: Path | None) -> bytes:
    font = soundfont or default_soundfont()
    try:
        bank = font.read_bytes()
    except OSError as error:
        raise InputError(f"The soundfont {font} cannot be read: {error.strerror}.") from error
    if bank[:4] != b"RIFF" or bank[8:12] != b"sfbk":
        raise InputError(f"{font} is not a soundfont. Name a .sf2 file in the setting `soundfont`.")
    try:
        return bytes(renderer(bank, _ringing(midi)))
    except (RuntimeError, ValueError) as error:
        raise InputError(f"The music cannot be made to sound with {font.name}: {error}.") from error


def default_soundfont() -> Path:
    """Return the soundfont that comes with Etude.

    Raises:
        InputError: the package that carries it is not installed.

    """
    found = importlib.util.find_spec("pretty_midi")
    if found is None or not found.origin:
        raise InputError("There is no soundfont. Install one with: pip install pretty_midi")
    return Path(found.origin).with_name("TimGM6mb.sf2")


def _ringing(midi: bytes) -> bytes:
    from symusic import ControlChange, Score

    score: Any = Score.from_midi(midi)
    if not score.tracks:
        return midi
    # The renderer stops at the last event, which would cut the last notes off.
    beats = max((tempo.qpm for tempo in score.tempos), default=120.0) / 60
    score.tracks[0].controls.append(ControlChange(score.end() + int(_RINGS * beats * score.tpq), _NO_CONTROL, 0))
    return bytes(score.dumps_midi())


def _levelled(sound: bytes) -> bytes:
    with wave.open(io.BytesIO(sound)) as file:
        form = file.getparams()
        samples = np.frombuffer(file.readframes(form.nframes), "<i2").astype(np.float32)
    samples = samples.reshape(-1, form.nchannels)
    highest = float(np.abs(samples).max(initial=0.0))
    if highest > 0:
        mean = float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))
        samples *= min(_FULL * 10 ** (LOUDNESS / 20) / mean, _FULL * 10 ** (PEAK / 20) / highest)
    fade = min(int(_FADE * form.framerate), len(samples))
    if fade:
        samples[-fade:] *= np.linspace(1, 0, fade, dtype=np.float32)[:, None]
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setparams(form)
        file.writeframes(np.rint(samples).astype("<i2").tobytes())
    return written.getvalue()
