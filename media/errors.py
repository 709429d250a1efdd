"""What can be wrong with a file or an address from a stranger."""

from __future__ import annotations

from enum import StrEnum


class Fault(StrEnum):
    """Why a file is not usable."""

    UNKNOWN = "unknown"
    """None of the accepted formats."""
    EMPTY = "empty"
    """Nothing to see or hear in it."""
    BROKEN = "broken"
    """Truncated or damaged."""
    TOO_HEAVY = "too heavy"
    """Its decoder asked for more memory or time than a stranger's file gets."""
    BUSY = "busy"
    """The machine did not get round to it: nothing is known of the file."""


class NotMedia(Exception):
    """The file can't be decoded as what it claims to be."""

    def __init__(self, fault: Fault, detail: str = "") -> None:
        """`detail` is for operators."""
        self.fault = fault
        self.detail = detail
        super().__init__(f"{fault}: {detail}" if detail else str(fault))


class FetchFault(StrEnum):
    """Why an address was not fetched."""

    ADDRESS = "address"
    """Not a public web address (scheme, user name, port, private or special network)."""
    REDIRECTS = "redirects"
    """Too many redirects."""
    UNREACHABLE = "unreachable"
    """No name, no connection, or the connection broke."""
    STATUS = "status"
    """The server answered with something else than the file."""
    TOO_LARGE = "too large"
    TOO_SLOW = "too slow"
    NOT_MEDIA = "not media"
    """What came is none of the accepted formats."""


class NotFetched(Exception):
    """The address was not fetched, or not to the end."""

    def __init__(self, reason: FetchFault, detail: str = "") -> None:
        """`detail` is for operators; it never holds the address, which may carry a secret."""
        self.reason = reason
        self.detail = detail
        super().__init__(f"{reason}: {detail}" if detail else str(reason))
