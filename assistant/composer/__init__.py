"""The composer: a conditional GAN that writes the other parts to a melody.

``compose`` and ``train`` are what programs need; the rest is found in the modules. Nothing heavy is imported before one
of them is called.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assistant.composer.checkpoints import About
    from assistant.composer.piece import Made
    from assistant.composer.roll import Roll

__all__ = ["compose", "train"]


def compose(
    melody: str | Path | Roll,
    genre: str = "chorale",
    *,
    bars: int | None = None,
    seed: int = 0,
    tempo: float | None = None,
    device: str = "auto",
    out: Path | None = None,
) -> Made:
    """Compose the other parts to a melody, and write the files ``OUT.mid`` and so on where ``out`` is given.

    Args:
        melody: a sample's name, note text, ABC, a file, or a roll shaped (1, steps, 128).
        genre: a genre, for its best model, or a version of one (chorale-1).
        bars: 1 to 64; the melody is cut or repeated to it. None keeps its length.
        seed: another number gives other music; the same one, with the same model and device, the same notes.
        tempo: quarter notes a minute; None is the melody's, else the genre's.
        device: "auto", "cpu", "cuda" or "cuda:0".
        out: path without an ending.

    Raises:
        InputError: the melody, the genre or the device cannot be used.

    """
    from assistant.composer.composing import Composer
    from assistant.composer.fit import fit
    from assistant.composer.melody import Melody, read_melody
    from assistant.composer.piece import make, write_piece
    from assistant.settings import load_settings

    settings = load_settings()
    read = read_melody(melody) if isinstance(melody, str | Path) else Melody(melody)
    made = make(Composer.load(genre, settings.home / "composer" / "models", device), fit(read, bars), seed, tempo)
    if out is not None:
        write_piece(made, out, settings.soundfont)
    return made


def train(genre: str, **options: Any) -> tuple[Path, About]:
    """Train a genre and return the folder of the new model and its description; options as `runs.train` takes them."""
    from assistant.composer.runs import train as run
    from assistant.settings import load_settings

    return run(genre, load_settings().home / "composer", **options)
