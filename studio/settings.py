"""What the studio is started with. The program's one settings module fills this."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """Credits: the daily grant of a person, and what things cost. The studio's own; tests may set the cloud's."""

    grant: int = 100
    track: int = 1
    edit: int = 0
    export: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Quirks:
    """The cloud's bad habits, for tests. All off by default; times in seconds, shares 0..1."""

    silent_edits: float = 0.0
    """Share of edits whose stream closes without any text (the cloud: 0.3)."""
    heartbeat: float | None = None
    """Interval of heartbeats, in all the forms that the cloud uses, in turn; None: none."""
    gui_talk: bool = False
    """Answers speak of buttons and panels as if the person sat before an editor."""
    trailing_error: bool = False
    """"I encountered a temporary issue" follows normal answers."""
    cut_stream: float = 0.0
    """Share of streams whose connection breaks in the middle."""
    cancel_with_client: bool = False
    """A run dies when its client goes away."""
    slow_stage: float = 0.0
    """Extra seconds in every stage of a run and of a render."""
    two_stages: bool = False
    """The raw clip is told first; music, title and effects follow in a second stage."""
    plan_refuses_export: bool = False
    """Exports are refused with HTTP 402."""
    tokens_per_address: int | None = None
    """How many anonymous tokens one address may have in 7 days (the cloud: 10)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StudioSettings:
    """Everything the studio needs to run.

    `port` 0: any free one. `web_url`: where people reach its pages (None: its own address). `workers` None: one
    process per core, two at most. `cheap_render`: small pictures and quick encoding, for tests; the sound is unchanged.
    """

    data_dir: Path
    host: str = "127.0.0.1"
    port: int = 0
    web_url: str | None = None
    soundfont: Path | None = None
    workers: int | None = None
    cheap_render: bool = False
    idle_exit: float | None = None
    """Stop after this many seconds without a request or work; None: never."""
    disk_quota: int = 5_000_000_000
    """Bytes that all projects together may take."""
    retention_days: float = 30.0
    """Days after their last use in which films and projects are kept."""
    housekeeping: float = 600.0
    """Seconds between two looks at what is too old or too much."""
    drain: float = 20.0
    """Seconds that work under way gets when the studio is asked to stop."""
    metrics: bool = False
    """Serve /metrics."""
    identity: str | None = None
    """Told in the header X-Studio-Identity of every answer, for those who must know that it is this studio."""
    prices: Prices = field(default_factory=Prices)
    quirks: Quirks = field(default_factory=Quirks)
