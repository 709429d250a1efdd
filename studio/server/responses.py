"""Responses: the envelope of every answer, and each refusal of the API with its code and HTTP status."""

from __future__ import annotations

import sqlite3

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response


class HttpRefusal(Exception):
    """A refused request. A subclass's docstring is the message that the client reads."""

    status = 400
    code = 400
    retry_after: int | None = None
    """Seconds after which the client may try again."""

    def __init__(self, detail: str = "") -> None:
        """`detail` replaces the message of the class."""
        self.message = detail or (type(self).__doc__ or "").strip()
        super().__init__(self.message)


class NoClientId(HttpRefusal):
    """X-Client-Id is missing or not a UUID."""


class BadToken(HttpRefusal):
    """The token is bad or has expired."""

    status, code = 401, 1001


class SessionNotFound(HttpRefusal):
    """There is no such session."""

    status, code = 404, 1002


class OutOfCredits(HttpRefusal):
    """There are no credits left."""

    # The service sends its own code inside a successful HTTP answer.
    status, code = 200, 2001


class UnsupportedMedia(HttpRefusal):
    """This kind of file is not accepted. Accepted: mp4 mov avi webm mkv, jpg png gif webp, mp3 wav m4a aac."""

    status, code = 422, 4001


class PayloadTooLarge(HttpRefusal):
    """The file is larger than 200 MB."""

    status, code = 413, 4002


class UploadTimeout(HttpRefusal):
    """The upload stopped, or took too long. Send the file again."""

    status, code = 408, 408


class ExportNotInPlan(HttpRefusal):
    """The plan does not allow the export."""

    status, code = 402, 402


class NotFound(HttpRefusal):
    """There is nothing of this name."""

    status, code = 404, 404


class InvalidRequest(HttpRefusal):
    """The request does not have the documented shape."""

    status, code = 422, 422


class TooManyRequests(HttpRefusal):
    """Too many requests; try again later."""

    status, code = 429, 429
    retry_after = 30


class Stopping(HttpRefusal):
    """The studio is about to stop or to be restarted; try again in a moment."""

    status, code = 503, 503
    retry_after = 10


class StoppingRun(Stopping):
    """The studio is about to stop or to be restarted. Nothing ran; try again in a moment."""

    # A 5xx answer to a paid message leaves open whether it ran, so the client would have to find out (API: "Money").
    status, code = 429, 429


class Busy(HttpRefusal):
    """The studio is too busy to look into this file; try again in a minute."""

    status, code = 503, 503
    retry_after = 60


class InsufficientStorage(HttpRefusal):
    """The studio's disk is full: old files were removed already, and the rest is in use. Nothing was started."""

    # Inside a successful HTTP answer like OutOfCredits: a 5xx to a paid message would leave open whether it ran.
    status, code = 200, 507


def refuse_route(_: Request, error: Exception) -> JSONResponse:
    """Answer the router's own refusals (unknown path, wrong method) in the envelope."""
    if not isinstance(error, HTTPException):
        raise error
    body = {"code": error.status_code, "message": error.detail, "data": None}
    return JSONResponse(body, error.status_code, error.headers)


def refuse_full_disk(request: Request, fault: Exception) -> JSONResponse:
    """Answer InsufficientStorage where the disk is too full for the database to record new work."""
    if not isinstance(fault, sqlite3.OperationalError) or fault.sqlite_errorcode != sqlite3.SQLITE_FULL:
        raise fault
    return refuse(request, InsufficientStorage())


def client_disconnected(_: Request, __: Exception) -> Response:
    """Answer a client that disconnected in the middle of its request; nobody reads it."""
    return Response(status_code=400)


def success(data: dict[str, object]) -> JSONResponse:
    """Return an answer's data in the envelope."""
    return JSONResponse({"code": 0, "message": "success", "data": data})


def refuse(_: Request, refusal: Exception) -> JSONResponse:
    """Return a refusal in the envelope."""
    if not isinstance(refusal, HttpRefusal):
        raise refusal
    return JSONResponse(
        {"code": refusal.code, "message": refusal.message, "data": None},
        refusal.status,
        None if refusal.retry_after is None else {"Retry-After": str(refusal.retry_after)},
    )
