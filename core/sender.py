"""What the outbox asks of a platform: to post, edit and delete messages, and to say how it was refused."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from core.messages import Button, Facts, Link, Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFile:
    """A file on disk that goes out with a message, valid until the call that sends it returns."""

    path: Path
    #: A safe file name made from the wish.
    name: str
    mime: str
    #: Bytes.
    size: int
    #: Playing time in seconds, 0 for a picture.
    seconds: float = 0.0
    #: A description for those who can't see it.
    alt: str = ""
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingMessage:
    """A message as it shall stand in the chat now."""

    #: What has been said while the work went on.
    notes: tuple[str, ...] = ()
    #: The answer, or how far the work is.
    text: str = ""
    #: The same as data, while the work goes on.
    progress: Progress | None = None
    files: tuple[MediaFile, ...] = ()
    buttons: tuple[Button, ...] = ()
    links: tuple[Link, ...] = ()
    facts: Facts | None = None
    #: Only the person who asked may see it.
    private: bool = False
    #: It announces another message, and stands as an answer to the person's message in any case.
    notice: bool = False

    @property
    def body(self) -> str:
        """Everything to read, in its order."""
        return "\n".join(filter(None, (*self.notes, self.text)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a chat takes."""

    #: The least time in seconds between two drawings of progress.
    pace: float
    #: UTF-16 units of a text, and of the caption of a file; None: as many as there are, and notes stay apart.
    text: int | None = None
    caption: int | None = None
    #: Bytes; None: any size.
    largest_file: int | None = None
    #: Files in one message.
    files: int = 1
    #: Whether the person who asked is the only one who sees what is posted there.
    private: bool = False
    #: Whether a new message rings there: then a result that took the place of progress is announced by one.
    rings: bool = False


class Sender(Protocol):
    """A platform, as the outbox sees it.

    Addresses are the adapter's own JSON, as in `IncomingMessage.address` ("" where that is None). `post`, `edit` and
    `delete` raise the kinds of `core.errors.DeliveryRefused`; whatever else they raise is a fault of the adapter.
    """

    #: The platform's name, also among the metrics.
    platform: str

    def destination(self, address: str) -> str:
        """Return the name of the chat whose flood limits an address shares; "" where there are none."""
        ...

    def limits(self, address: str) -> Limits:
        """Return what this chat takes."""
        ...

    def delay(self, address: str, *, urgent: bool) -> float:
        """Return for how many seconds this chat should be left alone; progress is not urgent."""
        ...

    def markup(self, text: str) -> str:
        """Return plain text in the platform's markup."""
        ...

    async def post(self, address: str, item: OutgoingMessage, *, nonce: str, silent: bool, reply: bool) -> int:
        """Post a message and return its id; one with the same `nonce` again is dropped where that is possible.

        `silent`: it does not ring. `reply`: it stands as an answer to the person's message, where others talk as well.
        Raises `TokenExpired` where only somewhere else a private `item` would be seen by its person alone.
        """
        ...

    async def edit(self, address: str, message: int, item: OutgoingMessage) -> None:
        """Turn a message of ours into `item`, which may be repeated."""
        ...

    async def delete(self, address: str, message: int) -> None:
        """Take a message of ours away."""
        ...

    async def elsewhere(self, address: str, refusal: Exception) -> str | None:
        """Return where the person can be reached after a refusal: without the topic, in a direct message; or None.

        Raises `PlatformUnavailable`.
        """
        ...
