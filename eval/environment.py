"""Where a run was made: the machine, the versions of what it rests on, and the hashes of what it read."""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import subprocess
import sys
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

from assistant.models.catalog import load_catalog
from assistant.models.engine import available_cores
from assistant.models.weights import locate, sha256_of
from assistant.settings import Settings

_ROOT = Path(__file__).parents[1]
_PACKAGES = (
    *("bert-score", "bm25s", "chromadb", "etude-assistant", "ir-measures", "langchain-core", "langchain-openai"),
    *("numpy", "rouge-score", "sacrebleu", "scipy", "sentence-transformers", "tokenizers", "torch", "transformers"),
    "xllamacpp",
)


def environment() -> dict[str, str]:
    """Return the machine and the state of the source, as a reader of a report wants to know them."""
    found = {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "cpu": _cpu(),
        "cores": str(available_cores()),
        "memory": _memory(),
        "commit": _commit(),
    }
    return {name: value for name, value in found.items() if value}


def versions() -> dict[str, str]:
    """Return the versions of the packages that outputs and scores depend on."""
    found = {}
    for package in _PACKAGES:
        with contextlib.suppress(metadata.PackageNotFoundError):
            found[package] = metadata.version(package)
    return found


def file_hashes(paths: Mapping[str, Path]) -> dict[str, str]:
    """Return the SHA-256 of files by name; a folder's is that of the names and hashes of its files.

    Raises:
        OSError: a file cannot be read.

    """
    return {name: _hash(path) for name, path in paths.items()}


def weight_hashes(settings: Settings) -> dict[str, str]:
    """Return the SHA-256 of the weights that the settings name and that are on this machine, by model and file."""
    found: dict[str, str] = {}
    chat = [settings.model] if settings.backend != "openai" else []
    for name in [*chat, settings.embedding]:
        if card := load_catalog().get(name):
            folder = locate(card, settings)
            files = {f.name: f.sha256 or sha256_of(folder / f.name) for f in card.files} if folder else {}
            found |= {f"{name}/{file}": value for file, value in files.items()}
        elif (path := Path(name).expanduser()).exists():
            found[name] = _hash(path)
    return found


def settings_in_force(settings: Settings) -> dict[str, str]:
    """Return the settings that outputs depend on; keys and passwords are not among them."""
    groups = {"generation": settings.generation, "retrieval": settings.retrieval}
    found = {
        "backend": settings.backend,
        "embedding": settings.embedding,
        "context_length": str(settings.context_length),
        **{f"{name}.{key}": str(value) for name, group in groups.items() for key, value in group.model_dump().items()},
    }
    if settings.backend == "openai":
        # What stands before the @ of an address is a password.
        scheme, _, rest = settings.endpoint.base_url.partition("://")
        found["endpoint.base_url"] = f"{scheme}://{rest.rpartition('@')[2]}"
    return found


def peak_memory() -> float | None:
    """Return the most memory that this process has held, in MiB, or None where the system does not say."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return float(peak / 2**20 if sys.platform == "darwin" else peak / 2**10)


def _hash(path: Path) -> str:
    if path.is_file():
        return sha256_of(path)
    files = sorted(file for file in path.rglob("*") if file.is_file())
    listed = "".join(f"{sha256_of(file)}  {file.relative_to(path).as_posix()}\n" for file in files)
    return hashlib.sha256(listed.encode()).hexdigest()


def _cpu() -> str:
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _memory() -> str:
    try:
        return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"
    except (AttributeError, ValueError, OSError):
        return ""


def _commit() -> str:
    if not (_ROOT / ".git").exists():
        return ""
    command = ["git", "-C", str(_ROOT), "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        return subprocess.run(command, capture_output=True, text=True, timeout=10, check=True).stdout.strip()
    return ""
