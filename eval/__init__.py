"""Everything that measures: ``etude eval`` from Python.

``run_evaluation`` runs a `Spec` and returns its `RunFolder`; ``compare_runs`` holds two of them against each other;
``score_file`` scores predictions that something else made. Each name is imported when it is first used.

Metrics are in ``metrics``, tasks in ``suites``, what is tested in ``systems``, reference sets in ``data``, reports in
``report``, human ratings in ``human``, and benchmarks of parts in ``bench``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from eval.compare import compare as compare_runs
    from eval.folder import RunFolder, Spec
    from eval.rows import score_file
    from eval.run import run_evaluation

__all__ = ["RunFolder", "Spec", "compare_runs", "run_evaluation", "score_file"]

_ROOMS = {
    "RunFolder": "folder",
    "Spec": "folder",
    "compare_runs": "compare",
    "run_evaluation": "run",
    "score_file": "rows",
}


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module 'eval' has no attribute {name!r}")
    # The function has the name of its module, which stands in its way here.
    return getattr(import_module(f"eval.{_ROOMS[name]}"), name.removesuffix("_runs"))
