"""``etude doctor``: checks the machine, the settings, the models, the index, the records and the port.

Every check says one line: what was found and, when something is wrong, what to do. Secrets are never shown.
"""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import typer
from rich.console import Console
from rich.text import Text

from assistant.errors import EtudeError, KnowledgeError, SettingsError, WeightsCorrupt
from assistant.settings import Settings, config_file, load_settings

_NEEDED_DISK = 2 * 2**30
_NEEDED_MEMORY = 3 * 2**30
_HIDDEN = "(hidden)"
_MARKS = {"ok": "ok      ", "warning": "warning ", "problem": "problem "}
_STYLES = {"ok": "green", "warning": "yellow", "problem": "red"}


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check; ``exit_code`` counts only for a problem, ``details`` are for programs."""

    check: str
    state: Literal["ok", "warning", "problem"]
    said: str
    exit_code: int = 0
    details: dict[str, Any] = field(default_factory=dict)


def run_doctor(*, as_json: bool) -> int:
    """Print every finding and return 0, or the exit code of the first problem."""
    findings = list(examine())
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2))
    else:
        console = Console(highlight=False)
        for finding in findings:
            mark = Text(_MARKS[finding.state], style=_STYLES[finding.state])
            console.print(mark + Text(f"{finding.check}: {finding.said}"), soft_wrap=True)
    return next((finding.exit_code for finding in findings if finding.state == "problem"), 0)


def examine() -> Iterator[Finding]:
    """Yield the findings, the machine first; without readable settings nothing more can be checked."""
    yield Finding("python", "ok", f"{platform.python_version()} on {platform.system()} {platform.machine()}")
    yield _memory()
    try:
        settings = load_settings()
    except SettingsError as error:
        yield Finding("settings", "problem", str(error), error.exit_code)
        return
    yield Finding("settings", "ok", _describe(settings), details=_shown(settings))
    checks: list[tuple[str, Callable[[Settings], Finding]]] = [
        ("home", _home),
        ("chat model", _chat_model),
        ("embedding model", _embedding_model),
        ("notes", _notes),
        ("records", _records),
        ("port", _port),
    ]
    for name, check in checks:
        try:
            yield check(settings)
        except EtudeError as error:
            yield Finding(name, "problem", str(error), error.exit_code)
        except Exception as error:  # noqa: BLE001 - the one command that must not break is the one that looks for faults
            yield Finding(name, "problem", f"could not be checked ({type(error).__name__}: {error}).", 1)


def _describe(settings: Settings) -> str:
    everything, defaults = _flat(_shown(settings)), _flat(Settings.model_construct().model_dump(mode="json"))
    changed = [f"{name} = {value}" for name, value in everything.items() if value != defaults.get(name)]
    source = f"{config_file()} and the environment" if config_file() else "no etude.toml"
    return f"{source}; {', '.join(changed) or 'all as they come'}"


def _shown(settings: Settings) -> dict[str, Any]:
    shown = settings.model_dump(mode="json")
    if settings.endpoint.api_key:
        shown["endpoint"]["api_key"] = _HIDDEN
    for group, name in ((shown, "database"), (shown["endpoint"], "base_url")):
        group[name] = re.sub(r"(?<=://)[^/@]*@", f"{_HIDDEN}@", group[name])
    return shown


def _flat(values: dict[str, Any], above: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in values.items():
        flat |= _flat(value, f"{above}{name}.") if isinstance(value, dict) else {f"{above}{name}": value}
    return flat


def _memory() -> Finding:
    total = _total_memory()
    if not total:
        return Finding("memory", "warning", "cannot be read here; the default models need about 3 GB.")
    said = f"{total / 2**30:.0f} GB, {os.cpu_count() or 1} cores"
    if total < _NEEDED_MEMORY:
        return Finding("memory", "warning", f"{said}; set `model` to smollm2-135m-instruct on a machine this small.")
    return Finding("memory", "ok", said)


def _total_memory() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 0


def _home(settings: Settings) -> Finding:
    home = settings.home
    try:
        home.mkdir(parents=True, exist_ok=True)
        probe = home / ".doctor"
        probe.write_bytes(b"x")
        probe.unlink()
    except OSError as error:
        said = f"{home} cannot be written ({error.strerror}). Mend its permissions, or set ETUDE_HOME."
        return Finding("home", "problem", said, SettingsError.exit_code)
    free = shutil.disk_usage(home).free
    said = f"{home}, {free / 2**30:.0f} GB free"
    if free < _NEEDED_DISK:
        return Finding("home", "warning", f"{said}; models and notes need about {_NEEDED_DISK // 2**30} GB.")
    return Finding("home", "ok", said)


def _chat_model(settings: Settings) -> Finding:
    from assistant.models.catalog import load_catalog
    from assistant.models.chat import chat_weights, make_chat_model

    if settings.backend != "embedded":
        make_chat_model(settings)
        where = _shown(settings)["endpoint"]["base_url"] if settings.backend == "openai" else settings.model
        return Finding("chat model", "ok", f"{settings.backend}, {where}")
    weights = chat_weights(settings)
    with weights.open("rb") as file:
        if file.read(4) != b"GGUF":
            raise WeightsCorrupt(f"{weights} is not a GGUF model. Check `model` in the settings.")
    said = f"{settings.model}, {weights}"
    card = load_catalog().get(settings.model)
    if card and 0 < _total_memory() < card.memory_mb * 10**6:
        return Finding(
            "chat model", "warning", f"{said}; it needs {card.memory_mb:,} MB of memory. Choose a smaller one."
        )
    return Finding("chat model", "ok", said)


def _embedding_model(settings: Settings) -> Finding:
    from assistant.rooms import open_embedder

    embedder = open_embedder(settings)
    embedder.count("a word")
    return Finding("embedding model", "ok", f"{embedder.name}, {embedder.folder}")


def _notes(settings: Settings) -> Finding:
    from assistant.rooms import open_embedder, open_index
    from knowledge.sync import check_stamp

    index = open_index(settings)
    current = index.current()
    found = current.manifest.collections() if current else []
    if not current or not found:
        return Finding("notes", "warning", "nothing is synced yet. Run `etude sync FOLDER` with a folder of notes.")
    embedder = open_embedder(settings)
    for collection in found:
        check_stamp(collection, embedder)
    chunks = [entry.chunk.id for entry in current.entries]
    if missing := len(chunks) - len(current.store.known(chunks)):
        raise KnowledgeError(
            f"{missing} of {len(chunks)} passages in {index.folder} have no vectors. "
            "Delete that folder and sync your notes again."
        )
    said = ", ".join(f"{c.name} ({c.files} files, {c.chunks} passages)" for c in found)
    return Finding("notes", "ok", said, details={c.name: {"files": c.files, "passages": c.chunks} for c in found})


def _records(settings: Settings) -> Finding:
    from assistant.records import Records

    records = Records(settings.database_url)
    try:
        count = len(records.conversations())
    finally:
        records.close()
    return Finding("records", "ok", f"{count} conversations")


def _port(settings: Settings) -> Finding:
    host, port = settings.server.host, settings.server.port
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            if sys.platform != "win32":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        said = f"{host}:{port} is in use or not to be had ({error.strerror}); Etude may be running there already."
        return Finding("port", "warning", f"{said} Set ETUDE_SERVER__PORT to use another.")
    return Finding("port", "ok", f"{host}:{port} is free")
