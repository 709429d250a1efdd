"""A small Discord on loopback: REST, gateway and file addresses, with real sockets.

It keeps the messages of its channels, refuses what Discord would refuse (limits of the developer docs), and can be
told to fail. Only what the bot uses is there.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import discord
import pytest
import yarl
from aiohttp import web

from bots.discord import PERMISSIONS
from tests.support import discord_wire as shapes
from tests.support.discord_wire import APP, BOT_USER, CHANNEL, DIRECT, GUILD, TOKEN, Files, Message, answer, error, wire
from tests.support.faults import answered
from tests.support.wire import Json, PlatformServer

File = tuple[str, bytes, str]
"""What a person sends: name, content, MIME type."""


@dataclass
class Interaction:
    """One interaction: its token may die, its channel may be closed to the bot."""

    id: int
    token: str
    channel: int
    original: int | None = None
    dead: bool = False
    callbacks: list[int] = field(default_factory=list)


class DiscordServer(PlatformServer[Message]):
    """The server; `messages` by id, `calls` in order as (method, path, payload)."""

    def __init__(self) -> None:
        super().__init__(1000000000000000001, 10 * 1024 * 1024)
        self.messages: dict[int, Message] = {}
        self.interactions: dict[str, Interaction] = {}
        self.calls: list[tuple[str, str, Json]] = []
        self.commands: list[Json] = []
        self.closed_channels: set[int] = set()
        self.cdn: dict[str, bytes] = {}
        self.cdn_moved: str | None = None
        self.identified: list[Json] = []
        #: What the bot may do in channels.
        self.permissions = PERMISSIONS.value
        self._socket: web.WebSocketResponse | None = None
        self._deflate = zlib.compressobj()
        self._sequence = 0

    def _routes(self) -> list[web.RouteDef]:
        return [
            web.get("/gateway", self._gateway),
            web.get("/cdn/{name:.*}", self._download),
            web.route("*", "/api/v10/{path:.*}", self._api),
        ]

    # ---- what people do

    async def slash(
        self,
        command: str,
        *,
        user: int = 7,
        guild: bool = True,
        file: File | None = None,
        locale: str = "en-US",
        limit: int = 10 * 1024 * 1024,
        **options: str,
    ) -> Interaction:
        """A person uses a slash command."""
        given: list[Json] = [{"name": name, "type": 3, "value": text} for name, text in options.items()]
        files = {data["id"]: data for data in map(self._attachment, [file] if file else [])}
        given += [{"name": "file", "type": 11, "value": number} for number in files]
        data = {"id": "1", "name": command, "type": 1, "options": given, "resolved": {"attachments": files}}
        more = {"locale": locale, "attachment_size_limit": limit}
        return await self._interact(2, data, user, CHANNEL if guild else DIRECT, **more)

    async def press(self, message: Message, button: str, *, user: int = 7) -> Interaction:
        """A person presses a button under a message."""
        data = {"custom_id": button, "component_type": 2}
        return await self._interact(3, data, user, message.channel, message=wire(message))

    async def say(
        self,
        text: str,
        *,
        user: int = 7,
        guild: bool = False,
        mention: bool = False,
        files: tuple[File, ...] = (),
        answers: Json | None = None,
    ) -> int:
        """A person writes a message; returns its id."""
        sent = self.person_message(text, user=user, guild=guild, files=files)
        sent["mentions"] = [BOT_USER] if mention else []
        if answers is not None:
            reference = {"message_id": answers["id"], "channel_id": answers["channel_id"]}
            sent |= {"type": 19, "message_reference": reference, "referenced_message": answers}
        if guild:
            sent |= {"guild_id": str(GUILD), "member": shapes.MEMBER}
        await self.dispatch("MESSAGE_CREATE", sent)
        return int(sent["id"])

    def person_message(self, text: str, *, user: int = 7, guild: bool = False, files: tuple[File, ...] = ()) -> Json:
        """Return a person's message as it goes over the wire."""
        message = Message(next(self._ids), CHANNEL if guild else DIRECT, shapes.person(user), text)
        self.messages[message.id] = message
        message.attached = [self._attachment(file) for file in files]
        return wire(message)

    def expire_addresses(self) -> None:
        """Let every file of a message have another address, which its message tells."""
        kept = {}
        for attached in (file for message in self.messages.values() for file in message.attached):
            old, new = f"{attached['id']}/{attached['filename']}", f"{attached['id']}/again/{attached['filename']}"
            kept[new] = self.cdn[old]
            attached["url"] = f"{self.base}/cdn/{new}"
        self.cdn = kept

    async def _interact(self, kind: int, data: Json, user: int, channel: int, **more: object) -> Interaction:
        number, guild = next(self._ids), channel == CHANNEL
        interaction = Interaction(number, f"interaction-token-{number}", channel)
        self.interactions[interaction.token] = interaction
        sent: Json = {
            "id": str(number),
            "application_id": str(APP),
            "type": kind,
            "token": interaction.token,
            "version": 1,
            "channel_id": str(channel),
            "channel": {"id": str(channel), "type": 0 if guild else 1},
            "data": data,
            "app_permissions": str(self.permissions),
            "context": 0 if guild else 1,
            "locale": "en-US",
            "attachment_size_limit": 10 * 1024 * 1024,
        }
        if guild:
            member = {"user": shapes.person(user), **shapes.MEMBER}
            sent |= {"guild_id": str(GUILD), "guild": {"id": str(GUILD), "features": []}, "member": member}
        else:
            sent["user"] = shapes.person(user)
        await self.dispatch("INTERACTION_CREATE", sent | more)
        return interaction

    def _attachment(self, file: File) -> Json:
        name, data, mime = file
        number = next(self._ids)
        self.cdn[f"{number}/{name}"] = data
        return shapes.attachment(number, name, f"{self.base}/cdn/{number}/{name}", data) | {"content_type": mime}

    # ---- gateway

    async def dispatch(self, event: str, data: Json) -> None:
        """Send an event to the connected bot."""
        await self.until(lambda: self._socket is not None)
        assert self._socket is not None
        await self._tell(self._socket, event, data)

    async def drop_gateway(self) -> None:
        """Cut the gateway connection without a goodbye."""
        assert self._socket is not None
        socket, self._socket = self._socket, None
        assert socket._req is not None
        assert socket._req.transport is not None
        socket._req.transport.abort()

    async def _tell(self, socket: web.WebSocketResponse, event: str, data: Json) -> None:
        self._sequence += 1
        await self._send(socket, {"op": 0, "t": event, "s": self._sequence, "d": data})

    async def _send(self, socket: web.WebSocketResponse, frame: Json) -> None:
        text = json.dumps(frame).encode()
        await socket.send_bytes(self._deflate.compress(text) + self._deflate.flush(zlib.Z_SYNC_FLUSH))

    async def _gateway(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._deflate = zlib.compressobj()
        await self._send(socket, {"op": 10, "d": {"heartbeat_interval": 41250}})
        async for frame in socket:
            match frame.json():
                case {"op": 1}:
                    await self._send(socket, {"op": 11})
                    continue
                case {"op": 2, "d": said}:
                    self.identified.append(said)
                    if said["token"] != TOKEN:
                        await socket.close(code=4004)
                        break
                    self._sequence = 0
                    await self._tell(socket, "READY", shapes.ready(self.base))
                    await self._tell(socket, "GUILD_CREATE", shapes.a_guild(self.permissions))
                case {"op": 6}:
                    await self._tell(socket, "RESUMED", {})
            self._socket = socket
            await self._notify()
        if self._socket is socket:
            self._socket = None
        return socket

    # ---- REST

    async def _download(self, request: web.Request) -> web.Response:
        if self.cdn_moved is not None:
            raise web.HTTPFound(self.cdn_moved)
        data = self.cdn.get(request.match_info["name"])
        return web.Response(body=data) if data is not None else web.Response(status=404)

    async def _api(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["path"]
        payload, files = await shapes.read(request)
        self.calls.append((request.method, path, payload))
        call = f"{request.method} {path}"

        async def do() -> web.Response:
            if self.refuse_token or request.headers.get("Authorization", f"Bot {TOKEN}") != f"Bot {TOKEN}":
                return error(401, 0)
            return self._route(request.method, path.split("/"), payload, files)

        try:
            return await answered(request, self.faults, call.__contains__, do)
        finally:
            await self._notify()

    def _route(self, method: str, parts: list[str], payload: Json, files: Files) -> web.Response:
        match [method, *parts]:
            case ["GET", "users", "@me"]:
                return answer(BOT_USER)
            case ["GET", "oauth2", "applications", "@me"]:
                return answer(
                    {
                        "id": str(APP),
                        "name": "music",
                        "icon": None,
                        "description": "",
                        "bot_public": True,
                        "bot_require_code_grant": False,
                        "verify_key": "00",
                        "owner": shapes.person(1),
                    }
                )
            case ["PUT", "applications", _, "commands"]:
                self.commands = payload["list"]
                return answer(
                    [
                        command | {"id": str(number), "application_id": str(APP), "version": "1"}
                        for number, command in enumerate(self.commands, 1)
                    ]
                )
            case ["POST", "interactions", _, token, "callback"]:
                return self._callback(self.interactions[token], payload)
            case [_, "webhooks", _, token, *_] if self.interactions[token].dead:
                return error(401, 50027)
            case ["POST", "webhooks", _, token]:
                return self._create(self.interactions[token].channel, payload, files)
            case [_, "webhooks", _, token, "messages", which]:
                number = self.interactions[token].original if which == "@original" else int(which)
                return self._change(method, number or 0, payload, files)
            case ["POST", "users", "@me", "channels"]:
                recipient = shapes.person(int(payload["recipient_id"]))
                return answer({"id": str(DIRECT), "type": 1, "recipients": [recipient]})
            case ["POST", "channels", _, "typing"]:
                return web.Response(status=204)
            case [_, "channels", channel, "messages", *_] if int(channel) in self.closed_channels:
                return error(403, 50001)
            case ["POST", "channels", channel, "messages"]:
                return self._create(int(channel), payload, files)
            case [_, "channels", channel, "messages", which]:
                return self._change(method, int(which), payload, files)
            case _:
                raise AssertionError(f"the bot called {method} {'/'.join(parts)}")

    def _callback(self, interaction: Interaction, payload: Json) -> web.Response:
        kind = payload["type"]
        interaction.callbacks.append(kind)
        told: Json = {"interaction": {"id": str(interaction.id), "type": 2}, "resource": {"type": kind}}
        if kind == 5:
            flags = (payload.get("data") or {}).get("flags", 0)
            message = Message(next(self._ids), interaction.channel, BOT_USER, flags=flags, loading=True)
            self.messages[message.id] = message
            interaction.original = message.id
            told["interaction"]["response_message_id"] = str(message.id)
            told["resource"]["message"] = wire(message)
        return answer(told)

    def _create(self, channel: int, payload: Json, files: Files) -> web.Response:
        nonce = payload.get("nonce") if payload.get("enforce_nonce") else None
        for known in self.messages.values():
            if nonce is not None and known.nonce == nonce:
                return answer(wire(known))
        message = Message(next(self._ids), channel, BOT_USER, flags=payload.get("flags", 0), nonce=nonce)
        if reference := payload.get("message_reference"):
            message.reply_to = int(reference["message_id"])
        return self._fill(message, payload, files)

    def _change(self, method: str, number: int, payload: Json, files: Files) -> web.Response:
        message = self.messages.get(number)
        if message is None:
            return error(404, 10008)
        if method == "DELETE":
            del self.messages[number]
            return web.Response(status=204)
        if method == "PATCH":
            message.edits += 1
            message.loading = False
            return self._fill(message, payload, files)
        return answer(wire(message))

    def _fill(self, message: Message, payload: Json, files: Files) -> web.Response:
        """Check what Discord checks, then take it over."""
        content, rows = payload.get("content") or "", payload.get("components") or []
        attachments = payload.get("attachments") or []
        buttons = [button for row in rows for button in row["components"]]
        names = [button["custom_id"] for button in buttons if "custom_id" in button]
        problems = {
            "content is over 2000": len(content) > 2000,
            "over 5 rows of 5": len(rows) > 5 or any(len(row["components"]) > 5 for row in rows),
            "custom_id outside 1..100": any(not 1 <= len(name) <= 100 for name in names),
            "custom_id twice": len(set(names)) != len(names),
            "label over 80": any(len(button["label"]) > 80 for button in buttons),
            "alt over 1024": any(len(attachment.get("description") or "") > 1024 for attachment in attachments),
            "empty message": not (content or files or attachments or message.content),
            "nonce over 25": len(payload.get("nonce") or "") > 25,
            "mentions are allowed": payload.get("allowed_mentions", {}).get("parse") != [],
        }
        found = [problem for problem, is_there in problems.items() if is_there]
        if found:
            self.violations += found
            return error(400, 50035)
        if any(len(data) > self.upload_limit for _, data in files):
            return error(413, 40005)
        message.content = payload.get("content", message.content) or ""
        message.components = payload.get("components", message.components) or []
        if "attachments" in payload:
            message.files = files
            message.descriptions = [attachment.get("description") for attachment in attachments]
        self.messages[message.id] = message
        return answer(wire(message))

    # ---- what the bot made of it

    @property
    def shown(self) -> list[Message]:
        """The bot's messages, oldest first."""
        return [message for message in self.messages.values() if message.author is BOT_USER and not message.loading]

    def count(self, call: str) -> int:
        """How many requests had this "METHOD path" beginning."""
        return sum(f"{method} {path}".startswith(call) for method, path, _ in self.calls)


@asynccontextmanager
async def discord_server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[DiscordServer]:
    """Start a server and lead the library to it: three attributes are all it takes."""
    server = DiscordServer()
    async with server.running():
        with monkeypatch.context() as patch:
            patch.setattr(discord.http.Route, "BASE", f"{server.base}/api/v10")
            patch.setattr(discord.Asset, "BASE", server.base)
            gateway = yarl.URL(server.base.replace("http", "ws") + "/gateway")
            patch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", gateway)
            yield server
