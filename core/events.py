"""What a job tells on its way from its worker to the person: progress, notes, texts, finished films."""

from __future__ import annotations

from pydantic import ValidationError

from core.jobs.job import Fenced, adapter
from core.messages import Film, Item, Note, Progress, Text
from core.progress import LatestProgress, Still
from core.store import EventLog, JobRef

_KINDS: dict[str, type[Progress | Item]] = {"progress": Progress, "note": Note, "text": Text, "film": Film}


def to_json(event: Progress | Item) -> str:
    """Return an event as it is kept: its kind (a word of `_KINDS`), a space, its JSON."""
    kind = type(event)
    return f"{kind.__name__.lower()} {adapter(kind).dump_json(event).decode()}"


def from_json(text: str) -> Progress | Item | None:
    """Return the event; None for one of a kind that this version does not know."""
    kind, _, body = text.partition(" ")
    reader = _KINDS.get(kind)
    try:
        return adapter(reader).validate_json(body) if reader else None
    except ValidationError:
        return None


class EventWriter:
    """Writes what a job tells to its log, under one epoch: what a worker that lost the job tells is refused."""

    def __init__(self, log: EventLog, ref: JobRef, epoch: int, *, pace: float, still_after: float) -> None:
        """`pace` is the least time in seconds between two entries of progress; `still_after` as in `LatestProgress`."""
        self._log = log
        self._ref = ref
        self._epoch = epoch
        self._number = 0
        self._earlier: set[str] | None = None if epoch > 1 else set()
        self._progress = LatestProgress(self._append, pace, still_after=still_after)

    def post(self, progress: Progress, still: Still | None = None) -> None:
        """Write progress soon, unless something newer comes first."""
        self._progress.post(progress, still)

    async def show(self, item: Item) -> None:
        """Write an item, unless an earlier worker of this job wrote the same. Raises `Fenced`, `StoreUnavailable`."""
        if not isinstance(item, Note):
            await self._progress.stop()
        if self._earlier is None:
            self._earlier = await self._read()
        if to_json(item) not in self._earlier and not await self._append(item):
            raise Fenced(f"job {self._ref.job_id}, epoch {self._epoch}")

    async def aclose(self) -> None:
        """Write no more progress."""
        await self._progress.stop()

    async def _append(self, event: Progress | Item) -> bool:
        """Write an event; return whether the job is still this worker's."""
        self._number += 1
        progress = isinstance(event, Progress)
        return await self._log.append(self._ref, self._epoch, self._number, to_json(event), progress=progress)

    async def _read(self) -> set[str]:
        """Return the items that are there already."""
        found: set[str] = set()
        last = ""
        while (view := await self._log.read(self._ref, last)) and view.entries:
            last = view.entries[-1][0]
            found |= {event for _, event in view.entries if event and not event.startswith("progress ")}
        return found
