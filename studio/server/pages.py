"""Pages for people: a project behind a claim link, and a note about registering."""

from __future__ import annotations

from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route

from studio.projects.project import Project
from studio.server.api import services_of, use
from studio.server.responses import NotFound
from studio.texts import nearest, say

_HEADERS = {
    # Only this page's own style and films are allowed: what a person typed stays plain text.
    "Content-Security-Policy": "default-src 'none'; media-src 'self'; style-src 'unsafe-inline'; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_PAGE = Template((files("studio.server") / "page.html").read_text("utf-8"))


async def claim(request: Request) -> Response:
    """GET /workspace/claim?ct=…: a project's timeline, music and films."""
    services, token = services_of(request), request.query_params.get("ct", "")
    session = services.accounts.session_of_claim(token)
    if session is None or not services.projects.exists(session):
        return _page(_language(request), "page.gone_title", _paragraph(say(_language(request), "page.gone")), 404)
    use(request, session)
    project = services.projects.load(session)
    films = services.renders.finished(session)
    return _page(
        project.language, "page.title", _timeline(project) + _films(project, films, token) + _music(project, token)
    )


async def claimed_film(request: Request) -> Response:
    """GET /workspace/claim/film?ct=…&id=…: one of the project's films."""
    services = services_of(request)
    session, render = _claimed(request), request.query_params.get("id", "")
    if render not in services.renders.finished(session):
        raise NotFound
    path = services.projects.film(session, render)
    use(request, path)
    return _shown_or_downloaded(request, path, "video/mp4", "video.mp4")


async def claimed_music(request: Request) -> Response:
    """GET /workspace/claim/music?ct=…: the sound of the music on the timeline."""
    services, session = services_of(request), _claimed(request)
    piece = services.projects.load(session).piece
    if piece is None:
        raise NotFound
    return _shown_or_downloaded(request, services.projects.music(session, piece), "audio/wav", "music.wav")


async def register(request: Request) -> Response:
    """GET /register: a note that the embedded studio has no accounts."""
    language = _language(request)
    return _page(language, "page.register_title", _paragraph(say(language, "page.register")), 200)


def _shown_or_downloaded(request: Request, path: Path, media_type: str, name: str) -> FileResponse:
    return FileResponse(
        path,
        media_type=media_type,
        filename=name,
        content_disposition_type="attachment" if "download" in request.query_params else "inline",
        headers={"Referrer-Policy": "no-referrer", "Cache-Control": "private, no-store"},
    )


def _claimed(request: Request) -> str:
    session = services_of(request).accounts.session_of_claim(request.query_params.get("ct", ""))
    if session is None or not services_of(request).projects.exists(session):
        raise NotFound
    services_of(request).sessions.touch(session)
    use(request, session)
    return session


def _language(request: Request) -> str:
    return nearest(request.headers.get("accept-language", "").split(",")[0].split(";")[0])


def _page(language: str, title: str, body: str, status: int = 200) -> HTMLResponse:
    html = _PAGE.substitute(language=nearest(language), title=escape(say(language, title)), body=body)
    return HTMLResponse(html, status, _HEADERS)


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def _timeline(project: Project) -> str:
    now, rows = project.now, []
    if now.title:
        rows.append((say(project.language, "page.row_title"), now.title))
    if video := project.find_file(now.video):
        rows.append((say(project.language, "page.row_video"), f"{video.name} ({video.seconds:.1f} s)"))
    elif cover := project.find_file(now.cover):
        rows.append((say(project.language, "page.row_image"), cover.name))
    if piece := project.piece:
        rows.append((say(project.language, "page.row_music"), f"{piece.name} ({piece.seconds:.1f} s)"))
    audio = say(project.language, "page.row_audio")
    rows += [(audio, f"{file.name} ({file.seconds:.1f} s)") for file in project.own_sounds]
    if not rows:
        return _paragraph(say(project.language, "page.empty"))
    cells = "".join(f"<tr><th>{escape(kind)}</th><td>{escape(what)}</td></tr>" for kind, what in rows)
    return f"<h2>{escape(say(project.language, 'page.timeline'))}</h2><table>{cells}</table>"


def _films(project: Project, films: list[str], token: str) -> str:
    blocks = []
    for render in reversed(films):
        address = f"/workspace/claim/film?{urlencode({'ct': token, 'id': render})}"
        blocks.append(
            f'<figure><video controls preload="metadata" src="{escape(address)}"></video><figcaption>'
            f'<a href="{escape(address)}&amp;download">{escape(say(project.language, "page.download_film"))}</a>'
            "</figcaption></figure>"
        )
    if not blocks:
        return _paragraph(say(project.language, "page.no_films"))
    return f"<h2>{escape(say(project.language, 'page.films'))}</h2>{''.join(blocks)}"


def _music(project: Project, token: str) -> str:
    if project.piece is None:
        return ""
    address = f"/workspace/claim/music?{urlencode({'ct': token})}"
    return (
        f"<h2>{escape(say(project.language, 'page.music'))}</h2>"
        f'<figure><audio controls preload="none" src="{escape(address)}"></audio><figcaption>'
        f'<a href="{escape(address)}&amp;download">{escape(say(project.language, "page.download_music"))}</a>'
        "</figcaption></figure>"
    )


ROUTES = [
    Route("/workspace/claim", claim),
    Route("/workspace/claim/film", claimed_film),
    Route("/workspace/claim/music", claimed_music),
    Route("/register", register),
]
