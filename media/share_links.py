"""Links of file stores: what a person copies there is a page; this gives the address of the file behind it."""

from __future__ import annotations

import base64
import re
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit, urlunsplit

_DRIVE_FILE = re.compile(r"^/file/(?:u/\d+/)?d/([\w-]+)")


def direct_link(url: str) -> str:
    """Return where a publicly shared file of Google Drive, Dropbox, OneDrive or SharePoint lies; other links stay.

    The forms are those of the stores' own help pages; a file that is not public answers with a page that is no media.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    if parts.username or parts.port:
        return url
    if host in ("drive.google.com", "docs.google.com"):
        found = _DRIVE_FILE.search(parts.path)
        file = found[1] if found else next(iter(parse_qs(parts.query).get("id", [])), "")
        query = urlencode({"id": file, "export": "download", "confirm": "t"})
        return f"https://drive.usercontent.google.com/download?{query}" if file else url
    if host in ("dropbox.com", "m.dropbox.com"):
        return _with_query(url, "dl", "1")
    if host in ("1drv.ms", "onedrive.live.com"):
        shared = base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")
        return f"https://api.onedrive.com/v1.0/shares/u!{shared}/root/content"
    if host.endswith(".sharepoint.com"):
        return _with_query(url, "download", "1")
    return url


def _with_query(url: str, name: str, value: str) -> str:
    parts = urlsplit(url)
    query = [(key, said) for key, said in parse_qsl(parts.query, keep_blank_values=True) if key != name]
    return urlunsplit(parts._replace(query=urlencode([*query, (name, value)])))
