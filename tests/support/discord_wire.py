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
    return {
        "v": 10, "user": BOT_USER, "guilds": [{"id": str(GUILD), "unavailable": True}], "session_id": "s1",
        "resume_gateway_url": base.replace("http", "ws") + "/gateway",
        "application": {"id": str(APP), "flags": 0},
    }  # fmt: skip


def a_guild(permissions: int) -> Json:
    everyone = {
        "id": str(GUILD), "name": "@everyone", "permissions": str(permissions), "position": 0, "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None}, "hoist": False,
        "managed": False, "mentionable": False, "flags": 0,
    }  # fmt: skip
    me: Json = {"user": BOT_USER, "roles": [], "joined_at": None, "deaf": False, "mute": False, "flags": 0}
    return {
        "id": str(GUILD), "name": "Studio", "owner_id": "1", "features": [], "roles": [everyone],
        "emojis": [], "stickers": [], "premium_tier": 0, "preferred_locale": "zh-CN", "members": [me],
        "member_count": 2, "channels": [{"id": str(CHANNEL), "type": 0, "name": "music", "position": 0,
        "permission_overwrites": []}], "threads": [], "voice_states": [], "presences": [], "large": False,
        "unavailable": False, "afk_timeout": 60, "verification_level": 0, "default_message_notifications": 0,
        "explicit_content_filter": 0, "mfa_level": 0, "nsfw_level": 0, "system_channel_flags": 0,
        "premium_progress_bar_enabled": False, "stage_instances": [], "guild_scheduled_events": [],
    }  # fmt: skip


def wire(message: Message) -> Json:
    return {
        "id": str(message.id), "channel_id": str(message.channel), "author": message.author,
        "content": message.content, "timestamp": "2026-01-01T00:00:00+00:00", "edited_timestamp": None,
        "tts": False, "mention_everyone": False, "mentions": [], "mention_roles": [], "embeds": [],
        "attachments": message.attached + [
            {"id": str(n), "filename": name, "size": len(data), "url": "x", "proxy_url": "x"}
            for n, (name, data) in enumerate(message.files)
        ],
        "pinned": False, "type": 0, "flags": message.flags, "components": message.components,
    }  # fmt: skip


def too_many(retry_after: float) -> Callable[[], web.Response]:
    """A rate limit, as Discord itself (not Cloudflare) answers it."""
    return lambda: answer(
        {"message": "You are being rate limited.", "retry_after": retry_after, "global": False},
        status=429, headers={"Via": "1.1 google"},
    )  # fmt: skip


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
