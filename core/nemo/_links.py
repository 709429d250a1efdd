"""Addresses for people. None where there are no pages for them."""

from __future__ import annotations

from urllib.parse import urlencode

from core.nemo.model import Backend


def claim_page(backend: Backend, claim_token: str) -> str | None:
    """Return the page that opens one project; a claim token has no access to the API."""
    return _page(backend, "/workspace/claim", ct=claim_token)


def register_page(backend: Backend, task_id: str | None) -> str | None:
    """Return the page where an anonymous person registers and keeps this project (its task id)."""
    return _page(backend, "/register", **({"bind": task_id} if task_id else {}))


def _page(backend: Backend, path: str, **query: str) -> str | None:
    if backend.web_url is None:
        return None
    return backend.web_url.rstrip("/") + path + (f"?{urlencode(query)}" if query else "")
