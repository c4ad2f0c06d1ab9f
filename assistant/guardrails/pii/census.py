"""Names of the United States' census of 1990: data files of the package ``names``, which is never imported."""

from __future__ import annotations

from functools import cache
from importlib import metadata
from pathlib import Path

from assistant.errors import ModelError

_PACKAGE = "names"
_FREQUENT = 0.02
"""Per cent of people, of one sex for given names, from which a name is a frequent one."""


@cache
def given_names() -> frozenset[str]:
    """Return 5,163 given names in small letters.

    Raises:
        ModelError: the package is not installed.

    """
    return frozenset(_shares(".first"))


@cache
def frequent_names() -> frozenset[str]:
    """Return the given names that at least one in 5,000 people has.

    Raises:
        ModelError: the package is not installed.

    """
    return frozenset(name for name, share in _shares(".first").items() if share >= _FREQUENT)


@cache
def surnames() -> frozenset[str]:
    """Return the surnames that at least one in 50,000 people has.

    Raises:
        ModelError: the package is not installed.

    """
    return frozenset(name for name, share in _shares(".last").items() if share >= _FREQUENT / 10)


@cache
def _shares(ending: str) -> dict[str, float]:
    try:
        files = metadata.files(_PACKAGE) or ()
    except metadata.PackageNotFoundError as error:
        raise ModelError(f"The list of names is missing. Install it: `pip install {_PACKAGE}`.") from error
    shares: dict[str, float] = {}
    for file in files:
        if file.name.endswith(ending):
            for line in Path(str(file.locate())).read_text("ascii").splitlines():
                name, share, *_ = line.lower().split()
                shares[name] = max(float(share), shares.get(name, 0.0))
    return shares
