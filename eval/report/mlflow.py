"""Copies a run's figures and reports to an MLflow server or folder; MLflow is an extra."""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path
from typing import Any

from assistant.errors import InputError
from eval.folder import SYSTEM, RunFolder
from eval.report.content import Content, read
from eval.report.html import write_html
from eval.report.machine import report_dict


def log_mlflow(run: RunFolder, tracking: str = "", experiment: str = "etude") -> str:
    """Log a run: its spec as parameters, every figure with the ends of its interval, the HTML and JSON reports.

    Figures of control rows stand in a folder of their name. MLflow's names have no ``@``: ``recall@5`` is
    ``recall_at_5``.

    Args:
        run: the run.
        tracking: MLflow's tracking URI; empty is MLflow's own choice.
        experiment: the experiment's name; it is made where it is missing.

    Returns:
        MLflow's id of the run.

    Raises:
        InputError: MLflow is not installed or cannot be reached, or the run has not been scored.

    """
    content = read(run)
    try:
        from mlflow.exceptions import MlflowException  # type: ignore[import-not-found]
        from mlflow.tracking import MlflowClient  # type: ignore[import-not-found]
    except ImportError as error:
        raise InputError("MLflow is not installed. Install it with: pip install 'etude-assistant[mlflow]'") from error
    try:
        return _log(MlflowClient(tracking_uri=tracking or None), run, content, experiment)
    except MlflowException as error:
        where = tracking or "its default place"
        raise InputError(f"MLflow at {where} did not take the run ({str(error).splitlines()[0]}).") from error


def _log(client: Any, run: RunFolder, content: Content, experiment: str) -> str:
    found = client.get_experiment_by_name(experiment)
    place = found.experiment_id if found else client.create_experiment(experiment)
    spec = content.manifest.spec
    logged = client.create_run(place, run_name=content.manifest.id, tags={"suite": spec.suite, "system": spec.system})
    key: str = logged.info.run_id
    for name, value in spec.model_dump(mode="json").items():
        client.log_param(key, name, value)
    for name, value in _figures(content).items():
        client.log_metric(key, name, value)
    with tempfile.TemporaryDirectory() as folder:
        client.log_artifact(key, str(write_html(run, Path(folder) / "report.html")))
        document = Path(folder) / "report.json"
        document.write_text(json.dumps(report_dict(run), allow_nan=False), encoding="utf-8")
        client.log_artifact(key, str(document))
    client.set_terminated(key)
    return key


def _figures(content: Content) -> dict[str, float]:
    figures: dict[str, float] = {}
    for row in content.rows:
        for name in content.names:
            if figure := content.figure(row, name):
                stem = re.sub(r"[^/\w.\- ]", "_", name.replace("@", "_at_"))
                stem = stem if row == SYSTEM else f"{row}/{stem}"
                ends = {stem: figure.value, f"{stem}.low": figure.low, f"{stem}.high": figure.high}
                figures |= {key: value for key, value in ends.items() if value is not None}
    return figures
