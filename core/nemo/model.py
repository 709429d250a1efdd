"""What the API's answers mean, as values. Wire names stay in `core.nemo`; the rules are those of the service's API."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter

from pydantic import SecretStr

_NO_CREDITS = 2001
_STAGES = (
    ("waiting", re.compile("queue")),
    ("composing", re.compile("compos|arrang|score|music|bgm")),
    ("playing", re.compile("synth|sound|play|perform")),
    ("mixing", re.compile("mix|master")),
    ("filming", re.compile("picture|film|video|render|encod|write")),
    ("editing", re.compile("title|text|edit|timeline")),
    ("composing", re.compile("generat")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """Every deadline and interval of the API, in seconds unless said otherwise; as documented by default."""

    connect: float = 10
    request: float = 60
    upload: float = 900
    stream_total: float = 900
    stream_silence: float = 600
    still_working: float = 120
    rate_limit_wait: float = 30
    recover_first: float = 30
    recover_next: float = 60
    recover_reads: int = 5
    render_first: float = 30
    render_every: float = 30
    render_polls: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Durations:
    """How long things usually take, in seconds, from and to; as documented for the cloud by default."""

    edit: tuple[float, float] = (10, 30)
    generation: tuple[float, float] = (100, 300)
    render: tuple[float, float] = (30, 30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """Where the API is and what it can do: data, so that nothing asks which backend serves.

    `token` is the operator's own (then no anonymous token is fetched). `web_url` is the base of links for
    people, None where people can't open one. `durations` are for estimates; None where none are documented.
    `free_to_use`: what it makes is known to be free to use, commercially too; else its own terms hold. `lengths` are
    the shortest and the longest piece in seconds, None where they are not documented.
    """

    api_url: str
    web_url: str | None
    platform: str
    token: SecretStr | None = None
    deadlines: Deadlines = Deadlines()
    durations: Durations | None = None
    free_to_use: bool = False
    #: Its agent says itself what an edit changed, from what to what.
    tells_changes: bool = False
    lengths: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class SessionIds:
    """One project with one timeline."""

    session_id: str
    task_id: str | None
    user_id: str | None = None


@dataclass(frozen=True, slots=True)
class Granted:
    """An anonymous token, and whose it is: the id under which its person registers."""

    token: SecretStr
    user_id: str | None


@dataclass(frozen=True, slots=True)
class Credits:
    """The balance; `frozen` is held for work under way, `total` is told by some services."""

    available: float
    frozen: float
    total: float | None = None


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file that the service took; a message refers to it by `name`."""

    name: str
    mime: str | None = None
    seconds: float | None = None


class TrackKind(StrEnum):
    """What a track holds, as the timeline summary names it."""

    VIDEO = "Video"
    IMAGE = "Image"
    BGM = "BGM"
    AUDIO = "Audio"
    TITLE = "Title"
    OTHER = "Other"


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a track: `start` and `seconds` in seconds, `volume` 0..1 for audio.

    `id` names what is played, `origin` the piece that it is an edit of, `tempo` is in BPM, `title` what the piece is
    called, `version` its number among what the person was given, `seed` what makes it again from the same wish; None
    where the service does not say.
    """

    name: str
    start: float
    seconds: float
    volume: float | None = None
    id: str | None = None
    origin: str | None = None
    tempo: float | None = None
    title: str | None = None
    version: int | None = None
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class Track:
    """A row of the timeline."""

    kind: TrackKind
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """The draft as a person would see it. `seconds` is its whole length, `loudness` in LUFS where it is told."""

    tracks: tuple[Track, ...]
    seconds: float
    loudness: float | None = None

    @property
    def can_export(self) -> bool:
        """Whether at least one track has a segment."""
        return any(map(attrgetter("segments"), self.tracks))


@dataclass(frozen=True, slots=True)
class Media:
    """A file that the service generated."""

    type: str
    name: str | None
    seconds: float | None


@dataclass(frozen=True, slots=True)
class State:
    """The session's state. `draft_json` is the draft exactly as the service sent it, for the export."""

    draft_json: str
    timeline: Timeline
    generated: tuple[Media, ...]
    task_id: str | None = None


# What a run's stream yields, after the parsing rules of the stream (pieces and whole texts, heartbeats, ghosts).


@dataclass(frozen=True, slots=True)
class AgentText:
    """A text of the agent.

    `whole` False: a piece, to be appended to the message under way. True: the message under way ends, and this
    is all of it, in place of its pieces; the next text begins another message.
    """

    text: str
    whole: bool


@dataclass(frozen=True, slots=True)
class ToolCall:
    """The agent began something: `name` such as "generate_music"."""

    name: str


@dataclass(frozen=True, slots=True)
class ToolResult:
    """A tool answered. `stage` and `fraction` where it reports progress."""

    name: str
    stage: str | None = None
    fraction: float | None = None


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The service is still working."""


@dataclass(frozen=True, slots=True)
class AgentError:
    """The agent failed inside the stream.

    `kind` is the error's type or code word, "" where none was told; the service's sentence is not kept, since it may
    quote a person. `code` is the API's error code where the event carried one.
    """

    kind: str = ""
    code: int | None = None

    @property
    def no_credits(self) -> bool:
        """Whether the message was refused for want of credits (code 2001)."""
        return self.code == _NO_CREDITS


AgentEvent = AgentText | ToolCall | ToolResult | Heartbeat | AgentError


def stage_of(tool: str) -> str:
    """Return the stage that people read about (`core.stage.<stage>`) for a tool's name or the stage that it reports.

    Names are the service's own and may change, so they are recognised by the words in them; else it is "working".
    """
    name = tool.lower()
    for stage, words in _STAGES:
        if words.search(name):
            return stage
    return "working"


class GuiAction(StrEnum):
    """What the bot may do by itself when the agent speaks of buttons and panels: only what costs nothing."""

    EXPORT = "export"
    SHOW_TIMELINE = "show_timeline"
    SHOW_CREDITS = "show_credits"


@dataclass(frozen=True, slots=True)
class GuiTalk:
    """An answer of the agent, translated for a chat.

    `text` is what it says about the content ("" where nothing is left), `actions` are the free things it asked
    for, each once, in its order; `proposed_edit` is a message that a person may send by pressing a button.
    """

    text: str
    actions: tuple[GuiAction, ...] = ()
    proposed_edit: str | None = None


class ChangeKind(StrEnum):
    """What happened to a piece of the timeline, or to all of it (`LENGTH` with no track)."""

    ADDED = "added"
    REMOVED = "removed"
    REPLACED = "replaced"
    NEW_PIECE = "new_piece"
    LENGTH = "length"
    VOLUME = "volume"
    MOVED = "moved"
    ORDER = "order"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two timelines, for a sentence about it.

    `name` is the piece's name now (before, where it was removed), `start` and `end` its place in seconds.
    `before` and `after` are names (`REPLACED`, `NEW_PIECE`), seconds (`LENGTH`, `MOVED`: starts), volumes 0..1
    (`VOLUME`) or the order of names joined by " + " (`ORDER`); None where there is nothing to compare. `track` is None
    where the length of the whole timeline changed.
    """

    kind: ChangeKind
    track: TrackKind | None
    name: str
    start: float
    end: float
    before: str | float | None = None
    after: str | float | None = None


class RenderState(StrEnum):
    """Where a render is."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RenderStatus:
    """A render's state; where they are told, `fraction` 0..1, `url` of the completed file, `reason` of a failure."""

    state: RenderState
    fraction: float | None = None
    url: str | None = None
    reason: str | None = None
