"""GET /healthz, /readyz and, if enabled, /metrics: for operators, not for clients.

Probes do not count as use: a studio that is only probed is idle.
"""

from __future__ import annotations

import tempfile

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from studio.server.api import services_of
from studio.server.responses import NotFound
from studio.server.services import StudioServices

WATCHED = ("/healthz", "/readyz", "/metrics")


async def healthz(_: Request) -> JSONResponse:
    """Answer that the process is alive."""
    return JSONResponse({"alive": True})


async def readyz(request: Request) -> JSONResponse:
    """Answer whether new work would be accepted; 503 with what is missing where not."""
    services = services_of(request)
    parts = {
        "serving": not services.stopping,
        "workers": _has_workers(services),
        "disk": _can_write(services),
        "quota": services.disk.free > 0,
    }
    ready = all(parts.values())
    return JSONResponse({"ready": ready, **parts}, 200 if ready else 503)


async def metrics(request: Request) -> Response:
    """Return all metrics in Prometheus' text format. Raises NotFound where they are disabled."""
    services = services_of(request)
    if not services.settings.metrics:
        raise NotFound
    return Response(services.metrics.text(), headers={"Content-Type": CONTENT_TYPE_LATEST})


def _has_workers(services: StudioServices) -> bool:
    try:
        services.pool.warm_up()
    except OSError:
        return False
    return True


def _can_write(services: StudioServices) -> bool:
    try:
        with tempfile.TemporaryFile(dir=services.settings.data_dir) as file:
            file.write(b"\0")
            file.flush()
    except OSError:
        return False
    return True


ROUTES = [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)]
