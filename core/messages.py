"""Messages between people and the core: what comes in and what goes out.

Adapters build `IncomingMessage` and draw what goes out; flows read the one and make the other. Nothing here knows a
platform.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol


class Command(StrEnum):
    """A command that a person typed or picked; the value is its name without the slash."""

    MUSIC = "music"
    EDIT = "edit"
    EXPORT = "export"
    CREDITS = "credits"
    STATUS = "status"
    NEW = "new"
    CANCEL = "cancel"
    HELP = "help"


@dataclass(frozen=True, slots=True)
class Person:
    """Who speaks. `language` is the platform's hint (BCP 47, e.g. "zh-CN"), if it gives one."""

    platform: str
    id: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Chat:
    """Where: a channel, topic or private chat. `id` is opaque to all but its adapter."""

    platform: str
    id: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a message; nothing is fetched before it is needed, perhaps by another process.

    `ref` is what the platform's `Fetch` finds the file by: opaque to all others, kept (sealed) with the job. `size`
    in bytes and `mime` are the sender's claims.
    """

    name: str
    ref: str
    size: int | None = None
    mime: str | None = None


Fetch = Callable[[str, Path], Awaitable[None]]
"""`fetch(ref, path)` streams a platform's file to `path`, in any process that has the platform's settings.

Raises `core.errors.AttachmentLost` where the platform no longer has it or refuses (too large for bots, for instance).
"""


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """One message, command or button press.

    `message_id` is the platform's id of it: the idempotency key of the job that it starts. `text` is
    free text, or what stands behind the command. `press` is the id of the pressed button.
    """

    person: Person
    chat: Chat
    message_id: str
    text: str = ""
    command: Command | None = None
    attachments: tuple[Attachment, ...] = ()
    press: str | None = None


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press. `id` is opaque, at most 64 bytes, and stays valid after restarts."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Link:
    """A page that a person may open from a message."""

    url: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a piece is, apart from its prose, so that each platform shows it in its own best way.

    `seconds` is its length, `tempo` in BPM, `cost` in credits; None where that is not known.
    """

    title: str | None = None
    seconds: float | None = None
    tempo: float | None = None
    cost: float | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is: `stage` is a machine word, `fraction` 0..1 or None, `text` what people read.

    `buttons` carries Cancel while there is something to cancel.
    """

    stage: str
    fraction: float | None
    text: str
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class Text:
    """Plain text for the person; never markup. `buttons` and `links` belong to this message.

    `private`: only the person who asked may see it.
    """

    text: str
    buttons: tuple[Button, ...] = ()
    links: tuple[Link, ...] = ()
    private: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """A text that must arrive while the work goes on. It becomes a part of the job's one message."""

    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture on disk (valid until `show` returns) and its description for those who can't see it."""

    path: Path
    alt: str


@dataclass(frozen=True, slots=True)
class File:
    """A finished file on disk, valid until `show` returns. `name` is a safe file name made from the wish.

    `seconds` is its playing time, `size` its bytes, `text` the caption.
    """

    path: Path
    name: str
    mime: str
    seconds: float
    size: int
    text: str
    width: int | None = None
    height: int | None = None
    buttons: tuple[Button, ...] = ()


Shown = Text | Picture | File


class Screen(Protocol):
    """Where a job's answers go: one per incoming message, made by the adapter.

    `pace` is the least time in seconds between two drawings of progress that this platform bears.
    `largest_file` is the size in bytes of the largest file that can be delivered here, None for no limit.
    `draw` and `show` raise `core.errors.PersonUnreachable` when the person can't be reached, its `PlatformUnavailable`
    where that may be so for a while only.
    """

    pace: float
    largest_file: int | None

    @property
    def address(self) -> str | None:
        """From what the adapter opens this screen again after a restart, with its progress message; None: it can't."""
        ...

    def watch(self, moved: Callable[[str], Awaitable[None]]) -> None:
        """Await `moved(address)` from now on whenever the address becomes another one, before anything else is shown.

        That is so when a progress message was posted, or something took its conversation.
        """
        ...

    async def draw(self, progress: Progress) -> None:
        """Draw the newest progress in conversation of the one before. May be dropped by the platform."""
        ...

    async def show(self, item: Shown) -> None:
        """Deliver something that must arrive; it may take the conversation of the drawn progress."""
        ...

    async def close(self) -> None:
        """Tidy up behind a job that has ended: a progress message that nothing took the conversation of goes away."""
        ...


Reopen = Callable[[str], Screen | None]
"""Opens a screen again at an address that it gave; None where it is not readable any more."""


class Outcome(StrEnum):
    """How the handling of one message ended."""

    FULFILLED = "fulfilled"
    REFUSED = "refused"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Bot(Protocol):
    """The core as an adapter sees it; `core.app.open_bot` makes one."""

    async def handle(self, said: IncomingMessage, screen: Screen) -> Outcome:
        """Handle one message to its end, showing progress and results on `screen`, and close that.

        Never raises for anything a person, a file, the service or Redis did: such things end in a sentence
        on the screen. Cancelling the task leaves the job to go on: whoever opens its screen again follows it.
        """
        ...

    async def resume(self, person: Person, chat: Chat, screen: Screen) -> None:
        """Show on `screen` what an earlier process left unfinished here, at the start of a conversation.

        Shows nothing where there is nothing. Raises nothing, like `handle`.
        """
        ...

    async def follow_left(self, platform: str, reopen: Reopen) -> None:
        """Go on showing what nobody follows any more, since its gateway is gone, until cancelled. Raises nothing."""
        ...
