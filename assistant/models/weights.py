"""Weights on this machine: where they are, and that they are what the publisher made.

Looked up in Etude's home, then in each folder of ``models_path``, then among the data files of an installed package
(found through its metadata; the package is never imported). A file is used only if its SHA-256 is the one in the
catalog. Since hashing a gigabyte takes seconds, the result is kept in a stamp beside the weights, or in the home where
that folder is not Etude's: as long as size and modification time are those of the stamp, the file is not read again.
Stamps protect from damage and mix-ups, not from somebody who can write to the folder: `etude models verify` hashes all.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from pydantic import BaseModel, TypeAdapter, ValidationError

from assistant.errors import ModelError, WeightsCorrupt, WeightsMissing
from assistant.models.catalog import Installed, ModelCard, ModelFile
from assistant.settings import Settings

STAMPS_FILE = ".verified.json"


def find_weights(card: ModelCard, settings: Settings) -> Path:
    """Return verified weights: the (first) file of a GGUF model, the folder of a sentence-transformers model.

    Raises:
        WeightsMissing: the weights are nowhere on this machine; the message has the command that fetches them.
        WeightsCorrupt: a file does not have the SHA-256 of the catalog.
        ModelError: a file cannot be read.

    """
    return _checked(card, settings, trust_stamps=True)


def verify(card: ModelCard, settings: Settings) -> Path:
    """Hash every file again, whatever the stamps say, and return what ``find_weights`` returns.

    Raises:
        WeightsMissing: the weights are nowhere on this machine.
        WeightsCorrupt: a file does not have the SHA-256 of the catalog (or, for a model without one in the catalog,
            the SHA-256 that was recorded when it came).
        ModelError: a file cannot be read.

    """
    return _checked(card, settings, trust_stamps=False)


def locate(card: ModelCard, settings: Settings) -> Path | None:
    """Return the folder in which all files of the model are, without looking into them, or None."""
    return next((folder for folder in _folders(card, settings) if _complete(card, folder)), None)


def home_folder(card: ModelCard, settings: Settings) -> Path:
    """Return the folder of this model in Etude's home, the only one that Etude writes to."""
    return settings.home / "models" / card.id


def check_file(path: Path, expected: str, card: ModelCard) -> str:
    """Hash a file and return its SHA-256; an empty ``expected`` accepts any.

    Raises:
        WeightsCorrupt: the hash is another one; the message shows both.
        ModelError: the file cannot be read.

    """
    try:
        found = sha256_of(path)
    except OSError as error:
        raise ModelError(f"{path} cannot be read ({error.strerror}). Give yourself access to it.") from error
    if expected and found != expected:
        raise WeightsCorrupt(
            f"{path} is not the file that {card.publisher} published: its SHA-256 is {found}, expected is {expected}. "
            f"`etude models pull {card.id}` fetches a good one."
        )
    return found


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def stamp(path: Path, sha256: str, key: str, stamps: Path) -> None:
    """Remember that this file, with its present size and time, has this hash. A read-only folder is no error."""
    with contextlib.suppress(OSError):
        known = _read_stamps(stamps)
        facts = path.stat()
        known[key] = _Stamp(sha256=sha256, size=facts.st_size, mtime_ns=facts.st_mtime_ns)
        stamps.parent.mkdir(parents=True, exist_ok=True)
        draft = stamps.with_name(f"{stamps.name}.new")
        draft.write_bytes(_STAMPS.dump_json(known, indent=1))
        draft.replace(stamps)


class _Stamp(BaseModel):
    sha256: str
    size: int
    mtime_ns: int

    def fits(self, path: Path) -> bool:
        facts = path.stat()
        return (facts.st_size, facts.st_mtime_ns) == (self.size, self.mtime_ns)


_STAMPS = TypeAdapter(dict[str, _Stamp])


def _read_stamps(file: Path) -> dict[str, _Stamp]:
    try:
        return _STAMPS.validate_json(file.read_bytes())
    except (OSError, ValidationError):
        return {}


def _folders(card: ModelCard, settings: Settings) -> Iterator[Path]:
    yield home_folder(card, settings)
    for folder in settings.models_path:
        yield folder / card.id
    for source in card.sources:
        if isinstance(source, Installed):
            with contextlib.suppress(metadata.PackageNotFoundError):
                yield Path(str(metadata.distribution(source.package).locate_file(source.folder)))


def _complete(card: ModelCard, folder: Path) -> bool:
    try:
        return all((folder / file.name).is_file() for file in card.files)
    except OSError:
        return False


def _checked(card: ModelCard, settings: Settings, *, trust_stamps: bool) -> Path:
    folder = locate(card, settings)
    if folder is None:
        raise WeightsMissing(
            f"The weights of {card.id} are not on this machine. `etude models pull {card.id}` fetches them "
            f"({card.size / 1e6:,.0f} MB)."
        )
    for file in card.files:
        _check(card, file, folder, home_folder(card, settings), trust_stamps=trust_stamps)
    return folder / card.files[0].name if card.format == "gguf" else folder


def _check(card: ModelCard, file: ModelFile, folder: Path, home: Path, *, trust_stamps: bool) -> None:
    path = folder / file.name
    kept = home / STAMPS_FILE
    key = file.name if folder == home else str(path.absolute())
    stamps = [_read_stamps(folder / STAMPS_FILE).get(file.name), _read_stamps(kept).get(key)]
    known = [one for one in stamps if one]
    expected = file.sha256 or (known[0].sha256 if known else "")
    if trust_stamps and any(one.sha256 == expected and one.fits(path) for one in known):
        return
    stamp(path, check_file(path, expected, card), key, kept)
