import sys

import pytest

from assistant.errors import InputError
from eval.report import log_mlflow


def test_without_mlflow_the_install_command_is_named(write_run, awkward, monkeypatch):
    monkeypatch.setitem(sys.modules, "mlflow.exceptions", None)
    with pytest.raises(InputError, match=r"pip install 'etude-assistant\[mlflow\]'"):
        log_mlflow(write_run(awkward))


def test_figures_params_and_reports_are_logged(write_run, awkward, tmp_path, monkeypatch):
    pytest.importorskip("mlflow", reason="MLflow is an extra")
    from mlflow.tracking import MlflowClient

    monkeypatch.chdir(tmp_path)
    place = f"sqlite:///{tmp_path / 'mlflow.db'}"
    key = log_mlflow(write_run(awkward, ["exact", "retrieval"]), place)
    client = MlflowClient(tracking_uri=place)
    logged = client.get_run(key)
    assert logged.info.status == "FINISHED"
    assert logged.data.params["suite"] == "qa"
    assert logged.data.metrics["oracle/exact_match"] == 1
    assert 0 <= logged.data.metrics["recall_at_5.low"] <= logged.data.metrics["recall_at_5"]
    assert {file.path for file in client.list_artifacts(key)} == {"report.html", "report.json"}
