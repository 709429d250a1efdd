"""GET /healthz, /readyz and, where it is wanted, /metrics: for those who run the studio, not for its clients.

They are no use of the studio: one that is only watched still counts as idle.
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
    """Say that the process is alive and hears."""
    return JSONResponse({"alive": True})


async def readyz(request: Request) -> JSONResponse:
    """Say whether a message would be taken and worked on; 503 and what is missing where not."""
    services = services_of(request)
    parts = {
        "serving": not services.stopping,
        "workers": _has_workers(services),
        "disk": _can_write(services),
        "quota": services.disk.left > 0,
    }
    ready = all(parts.values())
    return JSONResponse({"ready": ready, **parts}, 200 if ready else 503)


async def metrics(request: Request) -> Response:
    """Tell everything that is counted. Raises NotFound where that is not wanted."""
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
