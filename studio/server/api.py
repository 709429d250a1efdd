"""The API's short calls: tokens, sessions, credits, state, claims, renders."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import Field, JsonValue, TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from studio.projects.draft import state_of
from studio.server.accounts import WEEK
from studio.server.answers import Invalid, NotFound, PlanRefused, SessionNotFound, success
from studio.server.house import House
from studio.server.renders import Status

ATTRIBUTION = ("x-skill-source", "x-skill-version", "x-skill-platform")
LARGEST_BODY = 2 * 2**20
"""Bytes in a JSON request."""

Text = Annotated[str, Field(max_length=200)]


B = TypeVar("B")


@dataclass(frozen=True)
class _NewSession:
    task_name: Text = "project"
    language: Annotated[str, Field(max_length=35)] = "en"


_NEW_SESSION = TypeAdapter(_NewSession)


@dataclass(frozen=True)
class _Claim:
    task_id: Text
    session_id: Text


_CLAIM = TypeAdapter(_Claim)


@dataclass(frozen=True)
class _Output:
    format: Text = "mp4"
    quality: Text = "high"


@dataclass(frozen=True)
class _Render:
    id: Annotated[str, Field(min_length=1, max_length=200)]
    session_id: Annotated[Text, Field(alias="sessionId")]
    draft: JsonValue
    output: _Output = _Output()


_RENDER = TypeAdapter(_Render)


def house_of(request: Request) -> House:
    """Return the rooms of the studio that serves this request."""
    house: House = request.app.state.house
    return house


def person_of(request: Request) -> str:
    """Return whose token the request carries. Raises BadToken."""
    return house_of(request).accounts.person_of(request.headers.get("authorization", ""))


def session_of(request: Request, session: str) -> str:
    """Return a session's id where it is this person's, and keep its project in use until the answer is out.

    Raises BadToken, SessionNotFound.
    """
    found = house_of(request).sessions.check(person_of(request), session)
    use(request, found)
    return found


def use(request: Request, *things: str | Path) -> None:
    """Keep projects (by session) and files in use until the answer is out."""
    uses: ExitStack = request.scope["studio.uses"]
    uses.enter_context(house_of(request).disk.using(*things))


async def read(request: Request, shape: TypeAdapter[B]) -> B:
    """Return the request's JSON. Raises Invalid, naming the first thing that is wrong."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise Invalid("The request is too long.")
    try:
        return shape.validate_json(bytes(body))
    except ValidationError as error:
        first = error.errors()[0]
        raise Invalid(f"{'.'.join(map(str, first['loc'])) or 'body'}: {first['msg']}") from None


async def new_token(request: Request) -> JSONResponse:
    """POST /api/auth/anonymous-token."""
    house = house_of(request)
    address = request.client.host if request.client else ""
    token, person = house.accounts.new_token(request.headers.get("x-client-id", ""), address)
    credits_left = house.ledger.balance(person).available
    return success({"token": token, "credits": credits_left, "expires_in": WEEK})


async def new_claim(request: Request) -> JSONResponse:
    """POST /api/auth/claim-token."""
    house, _ = house_of(request), person_of(request)
    body = await read(request, _CLAIM)
    session = session_of(request, body.session_id)
    if house.projects.load(session).task != body.task_id:
        raise SessionNotFound
    return success({"claim_token": house.accounts.new_claim(session), "expires_in": WEEK})


async def new_session(request: Request) -> JSONResponse:
    """POST /api/tasks/me/with-session/nemo_agent."""
    house, person = house_of(request), person_of(request)
    body = await read(request, _NEW_SESSION)
    project = house.sessions.create(person, body.language)
    return success({"task_id": project.task, "session_id": project.session})


async def balance(request: Request) -> JSONResponse:
    """GET /api/credits/balance/simple."""
    left = house_of(request).ledger.balance(person_of(request))
    return success({"available": left.available, "frozen": left.frozen, "total": left.available + left.frozen})


async def state(request: Request) -> JSONResponse:
    """GET /api/state/nemo_agent/me/{session}/latest."""
    house, session = house_of(request), session_of(request, request.path_params["session"])
    files = f"{house.address}/api/media/nemo_agent/me/{session}"
    return success({"state": state_of(house.projects.load(session), files)})


async def media(request: Request) -> Response:
    """GET /api/media/nemo_agent/me/{session}/{file}: a piece's sound or a person's own file."""
    house, session = house_of(request), session_of(request, request.path_params["session"])
    project, wanted = house.projects.load(session), request.path_params["file"]
    if piece := project.find_piece(wanted):
        return FileResponse(house.projects.music(session, piece), media_type="audio/wav", filename=f"{piece.name}.wav")
    if file := project.find_file(wanted):
        return FileResponse(house.projects.file(session, file), media_type=file.mime, filename=file.name)
    raise NotFound


async def new_render(request: Request) -> JSONResponse:
    """POST /api/render/proxy/lambda."""
    house, person = house_of(request), person_of(request)
    if house.settings.quirks.plan_refuses_export or not all(request.headers.get(name) for name in ATTRIBUTION):
        raise PlanRefused
    body = await read(request, _RENDER)
    session = session_of(request, body.session_id)
    if not house.renders.knows(person, body.id):
        house.take_work()
    return _render_answer(house, body.id, house.renders.submit(person, session, body.id, body.draft))


async def render(request: Request) -> JSONResponse:
    """GET /api/render/proxy/lambda/{id}."""
    house, render_id = house_of(request), request.path_params["id"]
    return _render_answer(house, render_id, house.renders.status(person_of(request), render_id))


async def film(request: Request) -> Response:
    """GET /api/render/proxy/{id}/download."""
    house, person, render_id = house_of(request), person_of(request), request.path_params["id"]
    path = house.renders.film(person, render_id)
    session = house.renders.session(person, render_id)
    house.sessions.touch(session)
    use(request, session, path)
    return FileResponse(path, media_type="video/mp4", filename="video.mp4")


def _render_answer(house: House, render_id: str, status: Status) -> JSONResponse:
    answer: dict[str, JsonValue] = {
        "code": 0,
        "id": render_id,
        "status": status.state,
        "progress": round(status.progress, 3),
    }
    if status.state == "completed":
        answer["output"] = {"url": f"{house.address}/api/render/proxy/{render_id}/download", "format": "mp4"}
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
    Route("/api/render/proxy/{id}/download", film),
]
