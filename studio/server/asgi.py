"""The studio as an ASGI application."""

from __future__ import annotations

import sqlite3
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from studio.server import api, pages, probes, run_stream, upload_endpoint
from studio.server.responses import HttpRefusal, client_disconnected, refuse, refuse_full_disk, refuse_route
from studio.server.services import StudioServices


class _RequestMiddleware:
    """Counts open requests and gives each answer an id by which its log lines can be found."""

    def __init__(self, app: ASGIApp, services: StudioServices) -> None:
        self._app = app
        self._services = services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = uuid.uuid4().hex
                headers["X-Content-Type-Options"] = "nosniff"
                if self._services.settings.identity is not None:
                    headers["X-Studio-Identity"] = self._services.settings.identity
            await send(message)

        if scope["path"] in probes.WATCHED:
            await self._app(scope, receive, send_with_id)
            return
        self._services.requests += 1
        try:
            with ExitStack() as scope["studio.uses"]:
                await self._app(scope, receive, send_with_id)
        finally:
            self._services.requests -= 1
            self._services.last_request = time.monotonic()


def _refuse(request: Request, refusal: Exception) -> Response:
    if isinstance(refusal, HttpRefusal):
        api.services_of(request).metrics.refused(refusal.code)
    return refuse(request, refusal)


def application(services: StudioServices) -> Starlette:
    """Return the application; it opens the services when the server starts and closes them when it stops."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        services.open()
        yield
        await services.close()

    app = Starlette(
        routes=[*api.ROUTES, *upload_endpoint.ROUTES, *run_stream.ROUTES, *pages.ROUTES, *probes.ROUTES],
        middleware=[Middleware(_RequestMiddleware, services=services)],
        exception_handlers={
            HttpRefusal: _refuse,
            sqlite3.OperationalError: refuse_full_disk,
            HTTPException: refuse_route,
            ClientDisconnect: client_disconnected,
        },
        lifespan=lifespan,
    )
    app.state.services = services
    return app
