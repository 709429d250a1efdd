"""The short endpoints of the API: tokens, sessions, credits, state, claims, renders."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import Field, JsonValue, TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from studio.projects.timeline_draft import state_of
from studio.server.accounts import WEEK
from studio.server.render_service import RenderReport
from studio.server.responses import ExportNotInPlan, InvalidRequest, NotFound, SessionNotFound, success
from studio.server.services import StudioServices

ATTRIBUTION = ("x-skill-source", "x-skill-version", "x-skill-platform")
LARGEST_BODY = 2 * 2**20
"""The most bytes that a JSON request may have."""

ShortText = Annotated[str, Field(max_length=200)]


B = TypeVar("B")


@dataclass(frozen=True)
class _NewSession:
    task_name: ShortText = "project"
    language: Annotated[str, Field(max_length=35)] = "en"


_NEW_SESSION = TypeAdapter(_NewSession)


@dataclass(frozen=True)
class _Claim:
    task_id: ShortText
    session_id: ShortText


_CLAIM = TypeAdapter(_Claim)


@dataclass(frozen=True)
class _Output:
    format: ShortText = "mp4"
    quality: ShortText = "high"


@dataclass(frozen=True)
class _Render:
    id: Annotated[str, Field(min_length=1, max_length=200)]
    session_id: Annotated[ShortText, Field(alias="sessionId")]
    draft: JsonValue
    output: _Output = _Output()


_RENDER = TypeAdapter(_Render)


def services_of(request: Request) -> StudioServices:
    """Return the services of the studio that handles this request."""
    services: StudioServices = request.app.state.services
    return services


def person_of(request: Request) -> str:
    """Return the person whose token the request carries. Raises BadToken."""
    return services_of(request).accounts.person_of(request.headers.get("authorization", ""))


def session_of(request: Request, session: str) -> str:
    """Return a session's id if it belongs to this person, and keep its project in use until the answer is sent.

    Raises BadToken, SessionNotFound.
    """
    found = services_of(request).sessions.check(person_of(request), session)
    use(request, found)
    return found


def use(request: Request, *things: str | Path) -> None:
    """Keep projects (by session) and files in use until the answer is sent."""
    uses: ExitStack = request.scope["studio.uses"]
    uses.enter_context(services_of(request).disk.using(*things))


async def read(request: Request, shape: TypeAdapter[B]) -> B:
    """Return the request's JSON body. Raises InvalidRequest, which names the first error."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise InvalidRequest("The request is too long.")
    try:
        return shape.validate_json(bytes(body))
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidRequest(f"{'.'.join(map(str, first['loc'])) or 'body'}: {first['msg']}") from None


async def new_token(request: Request) -> JSONResponse:
    """POST /api/auth/anonymous-token."""
    services = services_of(request)
    address = request.client.host if request.client else ""
    token, person = services.accounts.new_token(request.headers.get("x-client-id", ""), address)
    credits_left = services.ledger.balance(person).available
    return success({"token": token, "credits": credits_left, "expires_in": WEEK})


async def new_claim(request: Request) -> JSONResponse:
    """POST /api/auth/claim-token."""
    services, _ = services_of(request), person_of(request)
    body = await read(request, _CLAIM)
    session = session_of(request, body.session_id)
    if services.projects.load(session).task != body.task_id:
        raise SessionNotFound
    return success({"claim_token": services.accounts.new_claim(session), "expires_in": WEEK})


async def new_session(request: Request) -> JSONResponse:
    """POST /api/tasks/me/with-session/nemo_agent."""
    services, person = services_of(request), person_of(request)
    body = await read(request, _NEW_SESSION)
    project = services.sessions.create(person, body.language)
    return success({"task_id": project.task, "session_id": project.session})


async def balance(request: Request) -> JSONResponse:
    """GET /api/credits/balance/simple."""
    left = services_of(request).ledger.balance(person_of(request))
    return success({"available": left.available, "frozen": left.frozen, "total": left.available + left.frozen})


async def state(request: Request) -> JSONResponse:
    """GET /api/state/nemo_agent/me/{session}/latest."""
    services, session = services_of(request), session_of(request, request.path_params["session"])
    files = f"{services.address}/api/media/nemo_agent/me/{session}"
    return success({"state": state_of(services.projects.load(session), files)})


async def media(request: Request) -> Response:
    """GET /api/media/nemo_agent/me/{session}/{file}: a piece's sound or a person's own file."""
    services, session = services_of(request), session_of(request, request.path_params["session"])
    project, file_id = services.projects.load(session), request.path_params["file"]
    if piece := project.find_piece(file_id):
        return FileResponse(
            services.projects.music(session, piece), media_type="audio/wav", filename=f"{piece.name}.wav"
        )
    if file := project.find_file(file_id):
        return FileResponse(services.projects.file(session, file), media_type=file.mime, filename=file.name)
    raise NotFound


async def new_render(request: Request) -> JSONResponse:
    """POST /api/render/proxy/lambda."""
    services, person = services_of(request), person_of(request)
    if services.settings.quirks.plan_refuses_export or not all(request.headers.get(name) for name in ATTRIBUTION):
        raise ExportNotInPlan
    body = await read(request, _RENDER)
    session = session_of(request, body.session_id)
    if not services.renders.knows(person, body.id):
        services.refuse_while_stopping()
    return _render_answer(services, body.id, services.renders.submit(person, session, body.id, body.draft))


async def render(request: Request) -> JSONResponse:
    """GET /api/render/proxy/lambda/{id}."""
    services, render_id = services_of(request), request.path_params["id"]
    return _render_answer(services, render_id, services.renders.status(person_of(request), render_id))


async def cancel_render(request: Request) -> JSONResponse:
    """POST /api/render/proxy/lambda/{id}/cancel."""
    services, render_id = services_of(request), request.path_params["id"]
    return _render_answer(services, render_id, services.renders.cancel(person_of(request), render_id))


async def film(request: Request) -> Response:
    """GET /api/render/proxy/{id}/download."""
    services, person, render_id = services_of(request), person_of(request), request.path_params["id"]
    path = services.renders.film(person, render_id)
    session = services.renders.session(person, render_id)
    services.sessions.touch(session)
    use(request, session, path)
    return FileResponse(path, media_type="video/mp4", filename="video.mp4")


def _render_answer(services: StudioServices, render_id: str, status: RenderReport) -> JSONResponse:
    answer: dict[str, JsonValue] = {
        "code": 0,
        "id": render_id,
        "status": status.state,
        "progress": round(status.progress, 3),
    }
    if status.state == "completed":
        answer["output"] = {"url": f"{services.address}/api/render/proxy/{render_id}/download", "format": "mp4"}
    if status.error:
        answer["error"] = status.error
    return JSONResponse(answer)


ROUTES = [
    Route("/api/auth/anonymous-token", new_token, methods=["POST"]),
    Route("/api/auth/claim-token", new_claim, methods=["POST"]),
    Route("/api/tasks/me/with-session/nemo_agent", new_session, methods=["POST"]),
    Route("/api/credits/balance/simple", balance),
    Route("/api/state/nemo_agent/me/{session}/latest", state),
    Route("/api/media/nemo_agent/me/{session}/{file}", media),
    Route("/api/render/proxy/lambda", new_render, methods=["POST"]),
    Route("/api/render/proxy/lambda/{id}", render),
    Route("/api/render/proxy/lambda/{id}/cancel", cancel_render, methods=["POST"]),
    Route("/api/render/proxy/{id}/download", film),
]
