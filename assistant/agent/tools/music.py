"""Action group music: compose a piece, and train a genre."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from assistant.agent.context import Context
from assistant.agent.tool import Cost, Link, Observation, tool
from assistant.agent.tunes import FIRST_TUNE, known_genre, known_key, known_tune, tune_names
from assistant.composer.genres import genres
from assistant.composer.samples import samples
from assistant.errors import InputError

COMPOSE_MINUTES = 0.25
"""A piece takes 2 to 15 seconds: opening PyTorch and the model, 0.1 s a bar of music, and writing sound and score."""
OPENING_MINUTES = 2.0
"""Reading the corpus, before the minutes of a training count."""

Device = Literal["cpu", "cuda"]


def _device(name: Any) -> Any:
    said = name.strip().casefold() if isinstance(name, str) else name
    return "cuda" if said == "gpu" else said


def _best(name: Device | None) -> Device:
    """Return a device that was asked for, else the GPU of this machine, else its CPU."""
    if name is not None:
        return name
    from assistant.composer.launch import find_device

    return "cuda" if find_device("auto").type == "cuda" else "cpu"


_Device = Annotated[Device, BeforeValidator(_device), Field(description="Where it is done; cuda is a GPU.")]
_Genre = Annotated[str, AfterValidator(known_genre), Field(max_length=80, json_schema_extra={"enum": list(genres())})]


def compose_cost(arguments: Any) -> Cost:
    """Return what a piece is expected to take."""
    return Cost(COMPOSE_MINUTES, gpu=arguments.device != "cpu")


def train_cost(arguments: Any) -> Cost:
    """Return what a training is expected to take: the minutes that it may, and reading the music."""
    return Cost(OPENING_MINUTES + arguments.minutes, gpu=arguments.device != "cpu")


@tool(group="music", cost=compose_cost)
def compose_music(
    context: Context,
    melody: Annotated[
        str,
        AfterValidator(known_tune),
        Field(
            min_length=1,
            max_length=8_000,
            description=f"A melody that ships with Etude ({tune_names()}), or notes such as C4:q D4:q E4:h.",
            examples=[one.title for one in samples().values()],
        ),
    ] = FIRST_TUNE,
    genre: Annotated[_Genre, Field(description="The style.")] = "chorale",
    bars: Annotated[int, Field(ge=1, le=64)] | None = None,
    tempo: Annotated[float, Field(ge=30, le=300, description="Quarter notes a minute.")] | None = None,
    key: Annotated[
        str | None, AfterValidator(known_key), Field(description="Where the melody is moved to, such as D or F# minor.")
    ] = None,
    seed: Annotated[int, Field(ge=0, lt=2**31, description="Another number gives other music.")] = 0,
    device: _Device = "cpu",
) -> Observation:
    """Compose music: the other parts to a melody, in a genre."""
    from assistant.composer import work  # noqa: F401 - its kinds of jobs are declared by importing it

    # With a line break, notes that somebody wrote are never taken for the path of a file.
    source = melody if melody in samples() else f"{melody}\n"
    arguments = {"melody": source, "genre": genre, "bars": bars, "tempo": tempo, "key": key or "", "seed": seed}
    status = context.follow(context.submit("compose", arguments, device=_place(device)).id)
    result = status.result
    title = str(result.get("title") or "The piece")
    said = f"{title}, {result.get('bars')} bars in the genre {genre}, seed {seed}, is composed."
    data = {
        "job": status.id,
        "folder": str(status.outputs or ""),
        "files": result.get("files", {}),
        "bars": result.get("bars"),
        "model": result.get("model"),
    }
    return Observation(said, (piece_link(status.id, title),), data)


@tool(group="music", cost=train_cost)
def train_genre(
    context: Context,
    genre: Annotated[_Genre, Field(description="The style to learn.")],
    minutes: Annotated[float, Field(ge=1, le=1_440, description="The most that it may take.")] = 30.0,
    device: Annotated[
        _Device | None, AfterValidator(_best), Field(description="Where; the GPU where there is one.")
    ] = None,
) -> Observation:
    """Train a new model of a genre for composing."""
    from assistant.composer import work  # noqa: F401 - its kinds of jobs are declared by importing it

    status = context.submit("train", {"genre": genre, "minutes": minutes}, device=_place(device or "cpu"))
    place = f", number {status.position} in line" if status.position > 1 else ""
    said = f"The training of {genre} is in line on {status.device}{place}, for at most {minutes:g} minutes."
    return Observation(f"{said} Ask me how far it is.", (training_link(status.id),), {"job": status.id})


def piece_link(job: str, title: str = "The piece") -> Link:
    """Return the place of a piece in the page."""
    return Link(title, "piece", f"?tab=compose&piece={job}")


def training_link(job: str) -> Link:
    """Return the place of a training in the page."""
    return Link("The training", "job", f"?tab=compose&see=training&job={job}")


def _place(device: str) -> str:
    if device == "cpu":
        return device
    from assistant.composer.launch import find_device

    try:
        return str(find_device("cuda:0"))
    except InputError as error:
        raise InputError("This machine has no GPU that can be used. Ask for it on the CPU.") from error
