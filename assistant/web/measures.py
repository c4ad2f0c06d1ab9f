"""``/metrics``: what Prometheus reads of this server."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.responses import PlainTextResponse, Response

from assistant.errors import RecordsError
from assistant.records import Records
from assistant.records.prometheus import CONTENT_TYPE, Exposition


def add_metrics(app: FastAPI, records: Records) -> None:
    """Serve the metrics of invocations at ``/metrics``, to those whom the page is served to."""
    exposition = Exposition(records.database)

    @app.get("/metrics", include_in_schema=False)
    def metrics() -> Response:
        try:
            return Response(exposition.text(), headers={"content-type": CONTENT_TYPE, "cache-control": "no-store"})
        except RecordsError as error:
            return PlainTextResponse(str(error), status_code=503)
