"""What a run found: HTML for a reader, Markdown for a pull request, JSON for programs, and a copy in MLflow."""

from eval.report.content import headline
from eval.report.html import write_html
from eval.report.machine import report_dict
from eval.report.markdown import markdown
from eval.report.mlflow import log_mlflow

__all__ = ["headline", "log_mlflow", "markdown", "report_dict", "write_html"]
