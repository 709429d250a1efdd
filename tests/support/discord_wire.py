"""What Discord's API looks like on the wire, as far as the bot uses it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import BodyPartReader, web

from tests.support.wire import Json

Files = list[tuple[str, bytes]]

APP = 900000000000000001
BOT_USER = {"id": str(APP), "username": "music", "discriminator": "0", "avatar": None, "global_name": None, "bot": True}
TOKEN = "bot.token.for-tests"
GUILD = 910000000000000001
CHANNEL = 920000000000000001
DIRECT = 920000000000000002
MEMBER: Json = {"roles": [], "joined_at": None, "deaf": False, "mute": False, "flags": 0, "permissions": "0"}


@dataclass
class Message:
    """A message of the bot or of a person as the server has it."""

    id: int
    channel: int
    author: Json
    content: str = ""
    files: Files = field(default_factory=list)
    attached: list[Json] = field(default_factory=list)
    descriptions: list[str | None] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    flags: int = 0
    reply_to: int | None = None
    edits: int = 0
    loading: bool = False
    nonce: str | None = None

    @property
    def text(self) -> str:
        """The text as people see it."""
        return self.content.replace("\\", "")

    @property
    def file(self) -> tuple[str, bytes] | None:
        """The first file."""
        return self.files[0] if self.files else None

    @property
    def buttons(self) -> dict[str, str]:
        """Labels by id."""
        return {it["custom_id"]: it["label"] for it in self._components if "custom_id" in it}

    @property
    def links(self) -> dict[str, str]:
        """Labels of link buttons by address."""
        return {it["url"]: it["label"] for it in self._components if "url" in it}

    @property
    def silent(self) -> bool:
        """Whether it was posted without a notification."""
        return bool(self.flags & 1 << 12)

    @property
    def ephemeral(self) -> bool:
        """Whether one person alone sees it."""
        return bool(self.flags & 1 << 6)

    @property
    def _components(self) -> list[Json]:
        return [it for row in self.components for it in row["components"]]


def ready(base: str) -> Json:
    address = base.replace("http", "ws") + "/gateway"
    return {
        "v": 10,
        "user": BOT_USER,
        "guilds": [],
        "session_id": "s1",
        "resume_gateway_url": address,
        "application": {"id": str(APP), "flags": 0},
    }


def a_guild(permissions: int) -> Json:
    """A server in which the bot has these permissions."""
    everyone = {"id": str(GUILD), "name": "@everyone", "permissions": str(permissions)}
    channel = {"id": str(CHANNEL), "type": 0, "name": "music", "position": 0, "permission_overwrites": []}
    return {
        "id": str(GUILD),
        "name": "Studio",
        "member_count": 2,
        "roles": [everyone],
        "members": [{"user": BOT_USER, **MEMBER}],
        "channels": [channel],
        "threads": [],
    }


def wire(message: Message) -> Json:
    made = [attachment(number, name, "x", data) for number, (name, data) in enumerate(message.files)]
    return {
        "id": str(message.id),
        "channel_id": str(message.channel),
        "author": message.author,
        "content": message.content,
        "timestamp": "2026-01-01T00:00:00+00:00",
        "edited_timestamp": None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "embeds": [],
        "pinned": False,
        "attachments": message.attached + made,
        "type": 0,
        "flags": message.flags,
        "components": message.components,
    }


def attachment(number: int, name: str, url: str, data: bytes) -> Json:
    return {"id": str(number), "filename": name, "size": len(data), "url": url, "proxy_url": url}


def too_many(retry_after: float) -> Callable[[], web.Response]:
    """A rate limit, as Discord itself (not Cloudflare) answers it."""
    return lambda: answer(
        {"message": "You are being rate limited.", "retry_after": retry_after, "global": False},
        status=429,
        headers={"Via": "1.1 google"},
    )


def person(number: int) -> Json:
    return {"id": str(number), "username": f"user{number}", "discriminator": "0", "avatar": None, "global_name": None}


def answer(data: object, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    # The library takes it for JSON only with exactly this content type.
    return web.Response(
        body=json.dumps(data).encode(), status=status, headers={"Content-Type": "application/json", **(headers or {})}
    )


def error(status: int, code: int) -> web.Response:
    return answer({"message": "refused", "code": code}, status)


async def read(request: web.Request) -> tuple[Json, list[tuple[str, bytes]]]:
    if request.content_type.startswith("multipart/"):
        payload: Json = {}
        files = []
        async for part in await request.multipart():
            assert isinstance(part, BodyPartReader)
            data = bytes(await part.read())
            if part.name == "payload_json":
                payload = json.loads(data)
            else:
                files.append((part.filename or "", data))
        return payload, files
    text = await request.text()
    data = json.loads(text) if text else {}
    return (data if isinstance(data, dict) else {"list": data}), []
