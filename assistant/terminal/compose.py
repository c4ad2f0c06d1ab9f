"""``etude compose``: a piece from a melody, and the commands around it. Each imports lazily.

``etude compose melody.mid`` and ``etude compose train chorale`` share one name: a first word that is no command is the
melody.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

PIECE = "piece"
"""The command that a first word that is none stands for."""


class MelodyFirst(TyperGroup):
    """A group whose first argument may be a melody; its help shows the options of composing, too."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the command for composing before what names no command."""
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = [PIECE, *args]
        return super().parse_args(ctx, args)

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the parameters that help shows; parsing takes the group's own."""
        own = super().get_params(ctx)
        return [*self.commands[PIECE].params, *own] if ctx.info_name and ctx.meta.get(PIECE) else own

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Show the help with the options of composing."""
        ctx.meta[PIECE] = True
        super().format_help(ctx, formatter)


compose_app = typer.Typer(
    name="compose",
    cls=MelodyFirst,
    help=(
        "Compose the other parts to a melody: etude compose twinkle --genre chorale --out piece.\n\n"
        "MELODY is a sample's name, a file (MIDI, ABC or note text), or the notes themselves: 'C4:q D4:q E4:h'. "
        "A first word that is one of the commands below runs that command."
    ),
    subcommand_metavar="| COMMAND [ARGS]...",
    no_args_is_help=True,
)

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
SeedOption = Annotated[
    int, typer.Option("--seed", metavar="N", help="Another number gives other music.", min=0, max=2**31 - 1)
]
DeviceOption = Annotated[
    str, typer.Option("--device", metavar="NAME", help="cpu or cuda; auto takes a GPU where there is one.")
]
GenreArgument = Annotated[str, typer.Argument(metavar="GENRE", help="A genre, or custom for music of your own.")]
FilesArgument = Annotated[
    list[Path] | None,
    typer.Argument(metavar="[FILE.mid]...", help="For custom: MIDI files, or folders of them.", show_default=False),
]
LayoutOption = Annotated[
    str, typer.Option("--layout", metavar="GENRE", help="For custom: the genre whose parts the music has.")
]


class Precision(StrEnum):
    """How training reckons."""

    FULL = "32-true"
    BRAIN = "bf16-mixed"
    HALF = "16-mixed"


@compose_app.command(PIECE, hidden=True)
def piece(
    melody: Annotated[str, typer.Argument(metavar="MELODY", help="A sample's name, a file, note text or ABC.")],
    genre: Annotated[
        str, typer.Option("--genre", "-g", metavar="NAME", help="A genre, or one version of its model (chorale-1).")
    ] = "chorale",
    bars: Annotated[
        int | None,
        typer.Option(
            "--bars", metavar="N", help="Length, 1 to 64; the melody is cut or repeated to it.", min=1, max=64
        ),
    ] = None,
    seed: SeedOption = 0,
    tempo: Annotated[
        float | None,
        typer.Option("--tempo", metavar="BPM", help="Quarter notes a minute; else the melody's.", min=30, max=300),
    ] = None,
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="NAME", help="Files NAME.mid and so on; old ones are replaced.")
    ] = Path("piece"),
    track: Annotated[
        int | None, typer.Option("--track", metavar="N", help="Which track of a MIDI file has the melody.", min=1)
    ] = None,
    device: DeviceOption = "auto",
    as_json: JsonOption = False,
) -> None:
    """Compose the other parts to a melody, and write MIDI, sound, picture, score and a record of it."""
    from assistant.terminal.composing import run_piece

    run_piece(melody, genre, bars, seed, tempo, out, track, device, as_json=as_json)


@compose_app.command()
def genres(as_json: JsonOption = False) -> None:
    """List the genres, where their music comes from, and whether a model is trained."""
    from assistant.terminal.composing import run_genres

    run_genres(as_json=as_json)


@compose_app.command()
def samples(as_json: JsonOption = False) -> None:
    """List the melodies that ship with Etude, and where they come from."""
    from assistant.terminal.composing import run_samples

    run_samples(as_json=as_json)


@compose_app.command()
def models(as_json: JsonOption = False) -> None:
    """List the trained models, the best of a genre first."""
    from assistant.terminal.composing import run_models

    run_models(as_json=as_json)


@compose_app.command()
def prepare(
    genre: GenreArgument,
    midi: FilesArgument = None,
    layout: LayoutOption = "",
    as_json: JsonOption = False,
) -> None:
    """Read the music that a genre is learnt from, once, and keep it for training and measuring."""
    from assistant.terminal.training import run_prepare

    run_prepare(genre, midi or [], layout, as_json=as_json)


@compose_app.command()
def train(
    genre: GenreArgument,
    midi: FilesArgument = None,
    layout: LayoutOption = "",
    minutes: Annotated[float, typer.Option("--minutes", help="The most that it may take; 0 sets no limit.", min=0)] = 0,
    steps: Annotated[int, typer.Option("--steps", help="Batches to learn from, at most.", min=1)] = 4000,
    warm_up: Annotated[
        int, typer.Option("--warm-up", help="Of them, how many are learnt by heart before the critic plays.", min=0)
    ] = 600,
    batch: Annotated[int, typer.Option("--batch", help="Windows of two bars in a batch.", min=2, max=4096)] = 64,
    precision: Annotated[
        Precision, typer.Option("--precision", help="16-mixed and bf16-mixed are for GPUs.")
    ] = Precision.FULL,
    seed: SeedOption = 0,
    device: DeviceOption = "auto",
    start: Annotated[
        str, typer.Option("--from", metavar="MODEL", help="Fine-tune a trained model with the same parts.")
    ] = "",
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the last interrupted training, as it was planned.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Train a model of a genre; the best one is kept, with its curves, as a new version.

    The music is prepared first where it is not. With custom, the files are what is learnt from.
    """
    from assistant.terminal.training import run_train

    plan = {
        "minutes": minutes,
        "steps": steps,
        "warm_up": warm_up,
        "batch": batch,
        "seed": seed,
        "precision": precision.value,
    }
    run_train(genre, midi or [], layout, start, device, plan, resume=resume, as_json=as_json)


@compose_app.command()
def metrics(
    files: Annotated[list[Path], typer.Argument(metavar="FILE.mid...", help="MIDI files, the melody on top.")],
    reference: Annotated[
        str, typer.Option("--reference", "-r", metavar="GENRE", help="The genre whose real music is the measure.")
    ] = "chorale",
    as_json: JsonOption = False,
) -> None:
    """Score MIDI files beside real music of a genre and random notes."""
    from assistant.terminal.training import run_metrics

    run_metrics(files, reference, as_json=as_json)


@compose_app.command()
def listen(
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help="The page; an old one is replaced.")] = Path(
        "listening.html"
    ),
    genre: Annotated[
        list[str] | None, typer.Option("--genre", "-g", metavar="NAME", help="Only this genre or model; repeatable.")
    ] = None,
    seed: SeedOption = 0,
    device: DeviceOption = "auto",
    as_json: JsonOption = False,
) -> None:
    """Write a page with ten pieces to listen to, one file that any browser opens."""
    from assistant.terminal.composing import run_listen

    run_listen(out, genre or [], seed, device, as_json=as_json)
