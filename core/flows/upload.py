"""A file without words: taken in, told what it is, with buttons for what can be done with it."""

from __future__ import annotations

from core.flows import telling
from core.flows.account import Account
from core.flows.answer import is_empty
from core.flows.buttons import Act
from core.flows.files import save_files, take_in
from core.flows.turn import Turn
from core.jobs.job import Job
from core.messages import Button, Outcome, Text
from core.nemo.model import Timeline, TrackKind, UploadedFile
from media import Family


async def upload(turn: Turn, job: Job) -> Outcome:
    """Take the files in and say what they are."""
    if not turn.request.attachments and not turn.request.urls:
        await turn.talk.tell("upload.how")
        return Outcome.REFUSED
    account = Account(turn)
    saved = await save_files(turn, job)
    taken = await take_in(turn, account, job, saved)
    lines = []
    families: set[Family] = set()
    for place, it in enumerate(taken.files):
        mine = saved[place] if place < len(saved) else None
        family, name = (mine.family, mine.name) if mine else (_family(it), it.name)
        families |= {family} if family else set()
        length = mine.seconds if mine else it.seconds
        known = turn.talk.say("upload.length", name=name, length=telling.clock(length)) if length else name
        lines.append(turn.talk.say(f"upload.got_{family.value if family else 'file'}", file=known))
    lines.append(turn.talk.say("upload.what_now"))
    given = (await account.session()).files
    await turn.talk.show(Text("\n".join(lines), _buttons(turn, job, families, taken.state.timeline, given)))
    return Outcome.FULFILLED


def _family(taken: UploadedFile) -> Family | None:
    """Return what a file from an address is, by what the service says of it."""
    kind = (taken.mime or "").partition("/")[0]
    return Family(kind) if kind in list(Family) else None


def _buttons(
    turn: Turn, job: Job, families: set[Family], timeline: Timeline, given: tuple[str, ...]
) -> tuple[Button, ...]:
    """`given` are the names of the person's files: a picture that was drawn for the music is not "my video"."""
    buttons = []
    pieces = [it for track in timeline.tracks if track.kind is TrackKind.VIDEO for it in track.segments]
    if Family.AUDIO in families:
        buttons.append(turn.talk.button(Act.LIKE, job.id))
        if any(it.name in given for it in pieces):
            buttons.append(turn.talk.button(Act.UNDER, job.id))
    else:
        buttons.append(turn.talk.button(Act.FITTING, job.id))
    if not is_empty(timeline):
        buttons.append(turn.talk.button(Act.EXPORT, job.id))
    return tuple(buttons)
