"""The ``etude`` command. Thin, and imports lazily, so that ``etude --help`` is instant.

Exit codes: 0 done (a refusal is an answer), 1 unexpected, 2 wrong input or option, 3 settings, 4 model, 5 notes or
index, 6 another process is writing, 7 records, 8 server, 130 interrupted.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from assistant.errors import EtudeError, InputError
from assistant.models.commands import models_app
from assistant.terminal.compose import compose_app
from assistant.terminal.exam import exam_app
from assistant.terminal.guardrail import guardrail_app
from assistant.terminal.jobs import jobs_app
from assistant.terminal.people import people_app
from assistant.terminal.prompts import prompts_app
from assistant.terminal.records import records_app
from eval.commands import eval_app

app = typer.Typer(
    name="etude",
    help="A study assistant that runs on your own machine: cited answers from your notes.",
    epilog=(
        "Exit codes: 0 done (a refusal is an answer), 2 wrong input, 3 settings, 4 model, 5 notes or index, "
        "6 another process is writing, 7 records, 8 server, 130 interrupted."
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(models_app, name="models")
app.add_typer(exam_app, name="exam")
app.add_typer(compose_app, name="compose")
app.add_typer(guardrail_app, name="guardrail")
app.add_typer(prompts_app, name="prompts")
app.add_typer(eval_app, name="eval")
app.add_typer(records_app, name="records")
app.add_typer(jobs_app, name="jobs")
app.add_typer(people_app, name="people")

CollectionOption = Annotated[
    list[str] | None,
    typer.Option("--collection", "-c", metavar="NAME", help="Only this collection; may be given several times."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


@app.command()
def sync(
    folder: Annotated[Path | None, typer.Argument(help="A folder of notes, or one file.", show_default=False)] = None,
    collection: Annotated[
        str | None, typer.Option("--collection", "-c", metavar="NAME", help="The collection to write.")
    ] = None,
    shipped: Annotated[bool, typer.Option("--shipped", help="Sync the notes that ship with Etude.")] = False,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Forget the collection first, then read it anew.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Read a folder of notes into a collection, and follow what changed since the last time.

    Reads Markdown, text, HTML, PDF, DOCX, PPTX, XLSX, CSV and notebooks. Files that cannot be read are named, the
    others are synced, and the exit code is then 2.
    """
    from assistant.terminal.sync import run_sync

    if shipped == (folder is not None):
        raise InputError("Name a folder of notes, as in `etude sync FOLDER`, or use `--shipped`.")
    run_sync(folder, collection, rebuild=rebuild, as_json=as_json)


@app.command()
def search(
    query: Annotated[str, typer.Argument(help="What to look for.")],
    k: Annotated[int, typer.Option("-k", min=1, max=1000, help="How many passages.")] = 5,
    collection: CollectionOption = None,
    file: Annotated[str, typer.Option("--file", help="Only files whose name has this in it.")] = "",
    heading: Annotated[str, typer.Option("--heading", help="Only headings that have this in them.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Find passages in the notes, with scores."""
    from assistant.terminal.search import run_search

    run_search(query, k, tuple(collection or ()), file, heading, as_json=as_json)


@app.command()
def collections(
    remove: Annotated[str, typer.Option("--remove", metavar="NAME", help="Forget a collection; files stay.")] = "",
    as_json: JsonOption = False,
) -> None:
    """List the collections, or forget one."""
    from assistant.terminal.search import run_collections

    run_collections(remove, as_json=as_json)


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="The question.", show_default=False)] = None,
    collection: CollectionOption = None,
    batch: Annotated[
        Path | None,
        typer.Option("--batch", metavar="FILE", help='Answer a JSONL file, one {"question": …} or string a line.'),
    ] = None,
    as_json: JsonOption = False,
    model: Annotated[str | None, typer.Option("--model", help="Catalog id or .gguf file.")] = None,
    temperature: Annotated[float | None, typer.Option("--temperature", help="0 to 2.")] = None,
    max_tokens: Annotated[int | None, typer.Option("--max-tokens", help="Longest answer.")] = None,
) -> None:
    """Answer a question from the notes, with citations."""
    from assistant.terminal.ask import run_ask, run_batch

    flags = _flags(model=model, temperature=temperature, max_tokens=max_tokens)
    if (batch is None) == (question is None):
        raise InputError('Give one question, as in `etude ask "…"`, or a file with `--batch FILE.jsonl`.')
    if batch:
        run_batch(batch, collection, flags)
    else:
        run_ask(str(question), collection, flags, as_json=as_json)


@app.command()
def chat(
    collection: CollectionOption = None,
    model: Annotated[str | None, typer.Option("--model", help="Catalog id or .gguf file.")] = None,
) -> None:
    """Talk with the notes. /sources shows the passages, /new starts over, /exit leaves."""
    from assistant.terminal.chat import run_chat

    run_chat(collection, _flags(model=model))


@app.command()
def agent(
    text: Annotated[str | None, typer.Argument(help="What is to be done.", show_default=False)] = None,
    plan: Annotated[bool, typer.Option("--plan", help="Say what would be called, and call nothing.")] = False,
    after: Annotated[
        list[str] | None,
        typer.Option("--after", metavar="TEXT", help="What was said before, oldest first; repeatable, for --plan."),
    ] = None,
    thread: Annotated[str, typer.Option("--thread", metavar="NAME", help="Go on with the conversation NAME.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Confirm costly calls without a question.")] = False,
    trace: Annotated[bool, typer.Option("--trace", help="Print the trace of the conversation as JSON.")] = False,
    stop_all: Annotated[bool, typer.Option("--stop-all", help="Stop every agent, and cancel all jobs.")] = False,
    go_on: Annotated[bool, typer.Option("--go-on", help="Let agents work again after --stop-all.")] = False,
    accept_mcp: Annotated[
        str, typer.Option("--accept-mcp", metavar="NAME", help="Accept what an MCP server says of its tools.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Have something done: music, an exam, an evaluation, or an answer. Costly calls are confirmed first."""
    from assistant.terminal import agent as agents

    if stop_all or go_on or accept_mcp:
        agents.run_switch(stop_all=stop_all, accept_mcp=accept_mcp, as_json=as_json)
    elif plan:
        agents.run_plan(text or "", after or [], as_json=as_json)
    elif trace:
        agents.run_trace(thread, as_json=as_json)
    elif after:
        raise InputError("--after is for --plan; a conversation goes on with --thread NAME.")
    else:
        agents.run_agent(text or "", thread, yes=yes, as_json=as_json)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option("--host", help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option("--port", help="Port to listen on.")] = None,
) -> None:
    """Open the web page."""
    from assistant.settings import load_settings
    from assistant.web.serve import serve as serve_page

    settings = load_settings()
    server = settings.server.model_copy(update={k: v for k, v in {"host": host, "port": port}.items() if v is not None})
    serve_page(load_settings(server=server.model_dump()))


@app.command()
def metrics(
    since: Annotated[str, typer.Option("--since", metavar="WHEN", help="Only since a date, or 7d, 24h.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Show what was asked of models: counts, errors, tokens, latency, findings of guardrails."""
    from assistant.terminal.metrics import run_metrics

    run_metrics(since, as_json=as_json)


@app.command()
def doctor(as_json: JsonOption = False) -> None:
    """Check the machine, models, index and settings, and say what is wrong."""
    from assistant.doctor import run_doctor

    raise typer.Exit(run_doctor(as_json=as_json))


def main() -> None:
    """Run the command; an `EtudeError` becomes one sentence and its exit code."""
    _leave_cleanly(app)


def _flags(**given: Any) -> dict[str, Any]:
    from assistant.settings import load_settings

    generation = {name: value for name, value in given.items() if name != "model" and value is not None}
    flags: dict[str, Any] = {"model": given["model"]} if given.get("model") else {}
    if generation:
        flags["generation"] = {**load_settings().generation.model_dump(exclude_unset=True), **generation}
    return flags


def _leave_cleanly(command: Callable[[], None]) -> None:
    try:
        command()
    except EtudeError as error:
        if "--json" in sys.argv:
            print(json.dumps({"error": str(error), "kind": type(error).__name__}))  # noqa: T201
        print(error, file=sys.stderr)  # noqa: T201
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # The reader of a pipe has left; nothing more can be said to it.
        sys.stdout = None  # type: ignore[assignment]
        sys.exit(0)
    except Exception as error:  # noqa: BLE001 - the last door: a person never sees a traceback
        print(_unexpected(error), file=sys.stderr)  # noqa: T201
        sys.exit(1)


def _unexpected(error: Exception) -> str:
    import contextlib
    import traceback

    from assistant.settings import load_settings

    said = f"Something unexpected happened ({type(error).__name__}: {error})."
    with contextlib.suppress(EtudeError, OSError):
        log = load_settings().home / "logs" / "error.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8") as file:
            traceback.print_exception(error, file=file)
        said += f" The details are in {log}."
    return said + " Run `etude doctor`, and report it if that finds nothing."


if __name__ == "__main__":
    main()
