"""A small Bot API server on loopback, with real sockets.

It keeps the messages of its chats, refuses what Telegram would refuse (limits of the Bot API), and can be told to fail.
Only what the bot uses is there.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from aiohttp import web

from tests.support.faults import answered
from tests.support.wire import Json, PlatformServer

TOKEN = "123456:token-for-tests"
BOT = {"id": 123456, "is_bot": True, "first_name": "Music", "username": "music_test_bot"}
GROUP = -100200300

_MORE_OF_A_GROUP: Json = {
    "accent_color_id": 1,
    "max_reaction_count": 1,
    "accepted_gift_types": dict.fromkeys(
        ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"), False
    ),
}

Files = dict[str, tuple[str, bytes]]


@dataclass
class Message:
    """A message of the bot as the server has it."""

    id: int
    chat: int
    text: str = ""
    thread: int | None = None
    reply_to: int | None = None
    silent: bool = False
    media: Json | None = None
    file: tuple[str, bytes] | None = None
    buttons: list[dict[str, str]] = field(default_factory=list)
    edits: int = 0


class TelegramServer(PlatformServer[Message]):
    """The server; `messages` by id, `calls` in order as (method, parameters)."""

    def __init__(self) -> None:
        super().__init__(10, 50 * 1024 * 1024)
        self.messages: dict[int, Message] = {}
        self.calls: list[tuple[str, Json]] = []
        self.files: dict[str, bytes] = {}
        self.menus: dict[str, list[dict[str, str]]] = {}
        #: Answers to presses, by their ids: text and whether it is an alert.
        self.answers: dict[str, tuple[str, bool]] = {}
        #: Private chats that their person has not opened.
        self.unopened: set[int] = set()
        #: Chats in which the bot may not write, and what Telegram says then.
        self.refusals: dict[int, str] = {}
        #: What the bot is in groups, and what members may do there.
        self.member: Json = {"status": "member"}
        self.permissions: Json = {"can_send_messages": True, "can_send_videos": True}
        #: How many calls were refused since there were too many; how long a minute is, in seconds.
        self.floods = 0
        self.minute = 60.0
        self._calls_of: defaultdict[int, deque[float]] = defaultdict(deque)
        self._updates: list[Json] = []

    def _routes(self) -> list[web.RouteDef]:
        return [
            web.post(f"/bot{TOKEN}/{{method}}", self._call),
            web.get(f"/file/bot{TOKEN}/{{path:.*}}", self._download),
        ]

    # ---- what people do

    async def say(self, text: str = "", *, chat: int = 7, user: int = 7, **more: object) -> Json:
        """A person writes a message; `more` are further fields of it."""
        message = self.person_message(text, chat=chat, user=user, **more)
        await self._update({"message": message})
        return message

    def person_message(self, text: str = "", *, chat: int = 7, user: int = 7, **more: object) -> Json:
        """Return a person's message as it goes over the wire."""
        sender = {"id": user, "is_bot": False, "first_name": "Ada", "language_code": "zh-hans"}
        message = {"message_id": next(self._ids), "date": 1767225600, "chat": _chat(chat), "from": sender}
        return message | ({"text": text} if text else {}) | more

    def file(self, kind: str, data: bytes, name: str | None = None, mime: str | None = None) -> Json:
        """Return the field of a message that holds a file of this kind, downloadable from here."""
        number = f"file{next(self._ids)}"
        self.files[number] = data
        fields: Json = {"file_id": number, "file_unique_id": f"u{number}", "file_size": len(data)}
        match kind:
            case "photo":
                return {"photo": [fields | {"width": size, "height": size} for size in (90, 800)]}
            case "video" | "animation":
                fields |= {"width": 320, "height": 240}
            case "video_note":
                fields |= {"length": 240}
        fields["duration"] = 3
        return {kind: fields | ({"file_name": name} if name else {}) | ({"mime_type": mime} if mime else {})}

    async def press(self, message: Message, button: str, *, user: int = 7, old: bool = False) -> None:
        """A person presses a button under a message of the bot; of an `old` one Telegram tells hardly anything."""
        sender = {"id": user, "is_bot": False, "first_name": "Ada"}
        callback = {"id": f"press{next(self._ids)}", "from": sender, "chat_instance": "1", "data": button}
        old_message = {"message_id": message.id, "chat": _chat(message.chat), "date": 0}
        await self._update({"callback_query": callback | {"message": old_message if old else wire(message)}})

    async def _update(self, update: Json) -> None:
        self._updates.append({"update_id": next(self._ids), **update})
        await self._notify()

    # ---- the API

    async def _download(self, request: web.Request) -> web.Response:
        data = self.files.get(request.match_info["path"])
        return web.Response(body=data) if data is not None else web.Response(status=404)

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        given, files = await _read(request)
        if method != "getUpdates":
            self.calls.append((method, given))
        if self.refuse_token:
            return _refused(401, "Unauthorized")
        try:
            return await answered(request, self.faults, method.startswith, lambda: self._do(method, given, files))
        finally:
            await self._notify()

    async def _do(self, method: str, given: Json, files: Files) -> web.Response:
        match method:
            case "getMe":
                return _ok(
                    BOT
                    | {"can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False}
                )
            case "deleteWebhook" | "sendChatAction":
                return _ok(result=True)
            case "answerCallbackQuery":
                if given["callback_query_id"] in self.answers:
                    return _refused(400, "Bad Request: query is too old or query ID is invalid")
                self.answers[given["callback_query_id"]] = (given.get("text", ""), given.get("show_alert", False))
                return _ok(result=True)
            case "getChatMember":
                return _ok({"user": BOT} | self.member)
            case "getChat":
                return _ok(_chat(int(given["chat_id"])) | _MORE_OF_A_GROUP | {"permissions": self.permissions})
            case "setMyCommands":
                self.menus[given.get("language_code", "")] = given["commands"]
                return _ok(result=True)
            case "getUpdates":
                return await self._give_updates(given)
            case "getFile":
                return self._get_file(given["file_id"])
            case "sendMessage" | "editMessageText" | "editMessageMedia" if (wait := self._too_many(given)) > 0:
                self.floods += 1
                return flood(wait)()
            case "sendMessage":
                return self._send(given)
            case "editMessageText" | "editMessageMedia" | "deleteMessage":
                return self._edit(method, given, files)
            case _:
                raise AssertionError(f"the bot called {method}")

    async def _give_updates(self, given: Json) -> web.Response:
        offset = int(given.get("offset", 0))
        self._updates = [update for update in self._updates if update["update_id"] >= offset]
        if not self._updates and given.get("timeout"):
            async with self._changed:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._changed.wait_for(lambda: self._updates), 1)
        return _ok(self._updates)

    def _get_file(self, number: str) -> web.Response:
        data = self.files.get(number)
        if data is None:
            return _refused(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        if len(data) > 20 * 1024 * 1024:
            return _refused(400, "Bad Request: file is too big")
        return _ok({"file_id": number, "file_unique_id": "u", "file_size": len(data), "file_path": number})

    def _too_many(self, given: Json) -> float:
        """Return for how many seconds a chat bears no call: 20 a minute in a group, one a second in a private chat."""
        chat, now = int(given["chat_id"]), time.monotonic()
        calls = self._calls_of[chat]
        # A few at once are borne where it is not many in a row.
        most, span = (20, self.minute) if chat < 0 else (5, self.minute / 60 * 4)
        while calls and calls[0] <= now - span:
            calls.popleft()
        if len(calls) >= most:
            return calls[0] + span - now
        calls.append(now)
        return 0.0

    def _send(self, given: Json) -> web.Response:
        chat = int(given["chat_id"])
        if chat in self.refusals:
            return _refused(400, self.refusals[chat])
        if chat in self.unopened:
            return _refused(403, "Forbidden: bot can't initiate conversation with a user")
        if (refused := self._checked(given, text=given["text"])) is not None:
            return refused
        reply_to, silent = given.get("reply_parameters", {}).get("message_id"), given.get("disable_notification", False)
        message = Message(next(self._ids), chat, given["text"], given.get("message_thread_id"), reply_to, silent)
        message.buttons = _buttons(given)
        self.messages[message.id] = message
        return _ok(wire(message))

    def _edit(self, method: str, given: Json, files: Files) -> web.Response:
        message = self.messages.get(int(given["message_id"]))
        if message is None or message.chat != int(given["chat_id"]):
            change = "delete" if method == "deleteMessage" else "edit"
            return _refused(400, f"Bad Request: message to {change} not found")
        if method == "deleteMessage":
            del self.messages[message.id]
            return _ok(result=True)
        media = given.get("media")
        if media is None and message.media is not None:
            return _refused(400, "Bad Request: there is no text in the message to edit")
        text = (media.get("caption") or "") if media else given["text"]
        if (refused := self._checked(given, text=text, caption=media is not None)) is not None:
            return refused
        if media is not None:
            file = files[media["media"].removeprefix("attach://")]
            if len(file[1]) > self.upload_limit:
                return _refused(413, "Request Entity Too Large")
            message.file = file
        elif (message.text, message.buttons) == (text, _buttons(given)):
            return _refused(400, "Bad Request: message is not modified: specified new message content is the same")
        message.text, message.media, message.buttons = text, media, _buttons(given)
        message.edits += 1
        return _ok(wire(message))

    def _checked(self, given: Json, *, text: str, caption: bool = False) -> web.Response | None:
        """Check what Telegram checks; lengths are in UTF-16 units."""
        units = len(text.encode("utf-16-le")) // 2
        names = [button.get("callback_data", "x").encode() for button in _buttons(given)]
        problems = {
            "text outside 1..4096": not caption and not 1 <= units <= 4096,
            "caption over 1024": caption and units > 1024,
            "callback_data outside 1..64": any(not 1 <= len(name) <= 64 for name in names),
            "text with markup": "parse_mode" in given,
        }
        found = [problem for problem, is_there in problems.items() if is_there]
        self.violations += found
        return _refused(400, f"Bad Request: {found[0]}") if found else None

    # ---- what the bot made of it

    @property
    def unconfirmed(self) -> int:
        """How many updates would be told again to a bot that starts now."""
        return len(self._updates)

    @property
    def shown(self) -> list[Message]:
        """The bot's messages, oldest first."""
        return list(self.messages.values())

    def count(self, method: str) -> int:
        """How often a method was called."""
        return sum(name.startswith(method) for name, _ in self.calls)


def wire(message: Message) -> Json:
    """Return a message of the bot as it goes over the wire."""
    topic = {"message_thread_id": message.thread, "is_topic_message": True} if message.thread else {}
    sent = {"message_id": message.id, "date": 1767225600, "chat": _chat(message.chat), "from": BOT}
    return sent | {"text": message.text} | topic


def flood(retry_after: float) -> Callable[[], web.Response]:
    """Telegram's answer to too many calls."""
    return refusal(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after)


def migrated(to: int) -> Callable[[], web.Response]:
    """Telegram's answer for a group that became a supergroup."""
    return refusal(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=to)


def refusal(code: int, description: str, **parameters: float) -> Callable[[], web.Response]:
    """Any other refusal."""
    return lambda: _refused(code, description, **parameters)


def _ok(result: object) -> web.Response:
    return web.json_response({"ok": True, "result": result})


def _refused(code: int, description: str, **parameters: float) -> web.Response:
    told = {"ok": False, "error_code": code, "description": description}
    return web.json_response(told | ({"parameters": parameters} if parameters else {}), status=code)


def _chat(chat: int) -> Json:
    return {"id": chat, "type": "private"} if chat > 0 else {"id": chat, "type": "supergroup", "title": "Band"}


def _buttons(given: Json) -> list[dict[str, str]]:
    return [button for row in (given.get("reply_markup") or {}).get("inline_keyboard", []) for button in row]


async def _read(request: web.Request) -> tuple[Json, Files]:
    """Read a form: values are texts or JSON."""
    given: Json = {}
    files: Files = {}
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            files[name] = (value.filename, value.file.read())
            continue
        given[name] = str(value)
        if name not in {"text", "caption"}:
            with suppress(json.JSONDecodeError):
                given[name] = json.loads(str(value))
    return given, files


@asynccontextmanager
async def telegram_server() -> AsyncIterator[TelegramServer]:
    """Start a server."""
    server = TelegramServer()
    async with server.running():
        yield server
