"""Every error that crosses a room, by what the caller can do about it.

    BotError
    ├── PersonError            the person can mend it; `text` says how
    │   └── FewCredits         they are asked whether to go on
    ├── ServiceError           the API answered with an error
    │   ├── TokenRefused       1001, 401: get a new token with the same client id, go on
    │   ├── SessionGone        1002: a new session; the old timeline is gone
    │   ├── NoCredits          2001
    │   ├── UnsupportedFile    4001, or 415 for an upload
    │   ├── FileTooLarge       4002, or 413 for an upload
    │   ├── PlanRefused        402, or 403 for an export: the plan or the token's scope does not allow it
    │   ├── RateLimited        HTTP 429, after the one retry
    │   └── ServiceFault       anything else, HTTP 5xx included
    │       ├── ClientIdRefused   400 for a token: make another client id
    │       └── RenderRefused     400, 413, 422 for an export: this timeline can't be rendered; 404: no such render
    ├── ServiceUnreachable     the request provably never left: it may be sent again
    │   └── ServicePaused      the breaker holds it back: the service has failed several times in a row
    ├── OutcomeUnknown         the request may have arrived; a paid one is never sent again
    ├── StoreUnavailable       Redis is away or takes nothing; `trouble` says what an operator has to mend
    ├── KeyUnusable            the key that seals secrets is damaged; only the operator can mend it
    ├── AttachmentLost         the platform no longer has the file or does not give it out
    └── DeliveryRefused        the platform did not take a message; the outbox knows the next way for each kind
        ├── PersonUnreachable    for good
        ├── PlatformUnavailable  not now: flood control, an outage, a broken connection; it may have arrived
        ├── NotAllowed           the bot has no right to send, or to attach a file, in this chat
        ├── MessageGone          the message to be edited is not there any more
        ├── TopicGone            the topic of the chat is not there any more
        ├── ChatMoved            the chat has another address now
        ├── TooLargeForChat      the platform does not take a file of this size
        └── TokenExpired         an interaction can't be answered any more

The docstring is the message for operators; what people read is a text key and its values.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path


class BotError(Exception):
    """Something went wrong."""

    def __init__(self, detail: str = "", *, request_id: str | None = None) -> None:
        """`detail` is for operators: it never holds a token or the text of a person."""
        self.detail = detail
        self.request_id = request_id
        super().__init__(detail or (type(self).__doc__ or "").strip())


class PersonError(BotError):
    """The person can mend this."""

    def __init__(self, key: str, **values: str | float) -> None:
        """`key` names the text (`core/texts`), `values` fill it."""
        self.key = key
        self.values = values
        super().__init__(key)


class FewCredits(PersonError):
    """Hardly any credits are left: the person decides whether to go on."""

    def __init__(self, available: float) -> None:
        """`available` is what is left, in credits."""
        self.available = available
        super().__init__("credits.continue")


class ServiceError(BotError):
    """The service answered with an error."""

    def __init__(
        self,
        detail: str = "",
        *,
        request_id: str | None = None,
        code: int | None = None,
        status: int | None = None,
    ) -> None:
        """`code` is the envelope's code, `status` the HTTP status."""
        self.code = code
        self.status = status
        self.cost: float | None = None
        """What the refused request was measured to cost, in credits, where it could cost something."""
        self.reason: str | None = None
        """The service's own words, for the person alone: they may quote anybody."""
        super().__init__(detail, request_id=request_id)


class TokenRefused(ServiceError):
    """The token is bad or has expired."""


class SessionGone(ServiceError):
    """The session does not exist any more."""


class NoCredits(ServiceError):
    """There are no credits left."""


class UnsupportedFile(ServiceError):
    """The service does not take this kind of file."""


class FileTooLarge(ServiceError):
    """The file is larger than the service takes."""


class PlanRefused(ServiceError):
    """The plan of this token does not allow this, most often the export."""


class RateLimited(ServiceError):
    """Too many requests; the one retry was refused as well."""

    def __init__(self, detail: str = "", *, request_id: str | None = None, retry_after: float | None = None) -> None:
        """`retry_after` in seconds, where the service said so."""
        self.retry_after = retry_after
        super().__init__(detail, request_id=request_id, status=429)


class ServiceFault(ServiceError):
    """The service failed."""


class ClientIdRefused(ServiceFault):
    """The service does not take this client id."""


class RenderRefused(ServiceFault):
    """The service does not render this timeline, or has no such render for this token."""


class ServiceUnreachable(BotError):
    """The service could not be reached; the request never left."""


class ServicePaused(ServiceUnreachable):
    """The service has failed several times in a row; nothing is sent to it for a while."""


class OutcomeUnknown(BotError):
    """The connection broke after the request may have arrived."""


class StoreTrouble(StrEnum):
    """What is wrong with Redis. All but AWAY stay until an operator mends them."""

    AWAY = "away"
    FULL = "full"
    """It takes no more writes: its memory is used up."""
    DISK = "disk"
    """It takes no more writes: it can't write to its disk."""
    READ_ONLY = "read_only"
    """It is a replica."""
    DENIED = "denied"
    """The password is missing or wrong, or its user may not do this."""
    FOREIGN = "foreign"
    """Something else than Redis answers, or one that is too old."""
    NO_DATABASE = "no_database"
    """It has no database of that number."""
    NEWER = "newer"
    """A newer version of this program keeps its data there."""
    OTHER_KEY = "other_key"
    """What is kept there is sealed with another secret key."""


class StoreUnavailable(BotError):
    """Redis could not be reached, or takes nothing."""

    def __init__(self, detail: str = "", *, trouble: StoreTrouble = StoreTrouble.AWAY) -> None:
        """`trouble` names what is wrong."""
        self.trouble = trouble
        super().__init__(detail)


class KeyUnusable(BotError):
    """The key file does not hold a key."""

    def __init__(self, path: Path) -> None:
        """`path` is the key file."""
        self.path = path
        super().__init__(f"{path} holds less than a key")


class AttachmentLost(BotError):
    """The platform does not give out this file (any more)."""

    def __init__(self, detail: str = "", *, limit: int | None = None) -> None:
        """`limit` in bytes, where the platform refuses because of the size."""
        self.limit = limit
        super().__init__(detail)


class DeliveryRefused(BotError):
    """The platform did not take a message."""


class PersonUnreachable(DeliveryRefused):
    """The person can't be reached any more."""


class PlatformUnavailable(DeliveryRefused):
    """The platform takes nothing now: flood control, an outage, a broken connection. The message may have arrived."""

    def __init__(self, detail: str = "", *, retry_after: float | None = None) -> None:
        """`retry_after` in seconds, where the platform says so."""
        self.retry_after = retry_after
        super().__init__(detail)


class NotAllowed(DeliveryRefused):
    """The bot has no right to send in this chat."""

    def __init__(self, *, files: bool = False) -> None:
        """`files`: it may send, but no files."""
        self.files = files
        super().__init__("files" if files else "anything")


class MessageGone(DeliveryRefused):
    """The message that should be edited is not there any more."""


class TopicGone(DeliveryRefused):
    """The topic that a message should go to is not there any more."""


class ChatMoved(DeliveryRefused):
    """The chat has another address now."""

    def __init__(self, address: str) -> None:
        """`address` is the new one."""
        self.address = address
        super().__init__("the chat has moved")


class TooLargeForChat(DeliveryRefused):
    """The platform does not take a file of this size."""


class TokenExpired(DeliveryRefused):
    """An interaction can't be answered any more, and nothing else may show this to its person alone."""
