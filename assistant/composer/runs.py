"""Training a genre by name: its music is prepared where it is not yet, its model gets the next number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from assistant.composer.checkpoints import STATE, About, read_checkpoint
from assistant.composer.data import Corpus, load, prepare
from assistant.composer.genres import Genre, genre, genres
from assistant.composer.plan import Plan
from assistant.composer.registry import Registry
from assistant.composer.states import read_plan
from assistant.composer.training import Progress, train_on
from assistant.errors import InputError


def train(
    name: str,
    home: Path,
    plan: Plan | None = None,
    *,
    midi: Sequence[Path] = (),
    layout: str = "",
    start: str = "",
    resume: bool = False,
    folder: Path | None = None,
    device: str = "auto",
    on_progress: Progress = lambda share, text: None,
) -> tuple[Path, About]:
    """Train a genre and return the folder of its new model and what the model says of itself.

    Args:
        name: of a genre, or "custom" for the user's own music.
        home: the composer's folder: its ``data`` holds prepared music, its ``models`` trained ones.
        plan: how long, how large, from which seed; None is the default.
        midi: for "custom", the user's files.
        layout: for "custom", the genre whose parts the music is mapped to.
        start: a version to fine-tune, or a genre for its best one; it has to have the same parts.
        resume: go on with the last training of the genre that was interrupted, as it was planned.
        folder: of the version, where its name is settled; a training that was interrupted there goes on.
        device: "auto", "cpu", "cuda" or "cuda:0".
        on_progress: told the share that is done and where training is.

    Raises:
        InputError: no such genre, version or device, nothing to go on with, or too little music.

    """
    if name != "custom":
        genre(name)
    registry = Registry(home / "models")
    folder = folder or (interrupted(registry.own, name) if resume else registry.next_folder(name))
    resume = resume or (folder / STATE).is_file()
    chosen = read_plan(folder) if resume else plan or Plan()
    corpus = music(name, home / "data", midi, layout, on_progress)
    learned = None
    if start and not resume:
        learned, about = read_checkpoint(registry.find(start).folder)
        if about.as_genre().parts != corpus.parts:
            raise InputError(f"{start} has other parts than {name}; name a model with the same ones, or none.")
        chosen = replace(chosen, sizes=learned.sizes)
    made = train_on(corpus, _genre(corpus), folder, chosen, device=device, start=learned, on_progress=on_progress)
    return folder, made


def music(name: str, folder: Path, midi: Sequence[Path], layout: str, on_progress: Progress) -> Corpus:
    """Return the prepared music of a genre; it is read now where that was not done before, or files are named."""
    path = folder / f"{name}.npz"
    if midi or not path.is_file():
        prepare(
            name,
            folder,
            midi=midi,
            layout=layout,
            on_progress=lambda done, total: on_progress(0.0, f"reading music, {done} of {total}"),
        )
    return load(path)


def interrupted(own: Path, name: str) -> Path:
    """Return the folder of the last training of a genre that did not end.

    Raises:
        InputError: there is none.

    """
    waiting = [path.parent for path in own.glob(f"{name}-*/{STATE}") if path.parent.name.rpartition("-")[0] == name]
    if not waiting:
        raise InputError(f"No training of {name} was interrupted; begin one without --resume.")
    return max(waiting, key=lambda folder: int(folder.name.rpartition("-")[2]))


def _genre(corpus: Corpus) -> Genre:
    if corpus.genre in genres():
        return replace(genre(corpus.genre), parts=corpus.parts)
    like = next(one for one in genres().values() if one.parts == corpus.parts)
    return Genre(corpus.genre, "Your own music", "Trained on your own files.", "custom", like.tempo, corpus.parts)
