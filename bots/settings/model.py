"""The settings as one model, and the kinds of their values: a broken rule names the text that says what is asked.

The table in `docs/settings.md` and the lines of `.env.example` are those of this model; a test compares them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import parse_qs, urlsplit

from platformdirs import user_data_path
from pydantic import AfterValidator, Field, SecretStr
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.nemo import detect_platform
from core.nemo.model import Backend, Deadlines, Durations
from studio.settings import StudioOptions, StudioSettings

ENV_FILE = ".env"

CLOUD_API_URL = "https://mega-api-prod.nemovideo.ai"
CLOUD_WEB_URL = "https://nemovideo.com"

STUDIO_LENGTHS = (5.0, 600.0)
"""The shortest and the longest piece of the studio, in seconds."""

_DEADLINES = Deadlines()
_STUDIO_DEADLINES = Deadlines(
    # About the cloud's four and a half minutes in all; the state of a studio near by costs nothing to read.
    recover_first=1,
    recover_next=2,
    recover_reads=135,
    # Ten minutes.
    render_first=0,
    render_every=0.5,
    render_polls=1200,
)


_LONGEST_SECONDS = 10_000_000  # four months: nobody waits longer, and every timer bears it
_LARGEST_COUNT = 1_000_000_000
_LEAST_KEY_BYTES = 32


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise PydanticCustomError("setting_url", "not a web address")
    return value.rstrip("/")


def _folder(value: Path) -> Path:
    return value.expanduser().absolute()


def _secret(fits: Callable[[str], object], wrong: str) -> AfterValidator:
    """Return the rule of a secret that has to be fit; `wrong` is the text that says how."""

    def check(value: SecretStr) -> SecretStr:
        if not fits(value.get_secret_value()):
            raise PydanticCustomError(wrong, "not fit")
        return value

    return AfterValidator(check)


def _is_redis_address(value: str) -> bool:
    parts = urlsplit(value)
    return parts.scheme in {"redis", "rediss", "unix"} and bool(parts.hostname or parts.path)


SecretKey = Annotated[SecretStr, _secret(lambda key: len(key.encode()) >= _LEAST_KEY_BYTES, "setting_secret_key")]
WebAddress = Annotated[str, AfterValidator(_web_address)]
Token = Annotated[SecretStr, _secret(re.compile(r"[!-~]+").fullmatch, "setting_token")]
TelegramToken = Annotated[SecretStr, _secret(re.compile(r"\d+:[\w-]+").fullmatch, "setting_telegram_token")]
RedisAddress = Annotated[SecretStr, _secret(_is_redis_address, "setting_redis")]
Folder = Annotated[Path, AfterValidator(_folder)]
Seconds = Annotated[float, Field(ge=0, le=_LONGEST_SECONDS, allow_inf_nan=False)]
Deadline = Annotated[float, Field(gt=0, le=_LONGEST_SECONDS, allow_inf_nan=False)]
AtLeastOne = Annotated[int, Field(ge=1, le=_LARGEST_COUNT)]
Port = Annotated[int, Field(ge=1, le=65535)]


class Settings(BaseSettings):
    """The program's settings; the name of each in the environment is the field's in capitals."""

    model_config = SettingsConfigDict(
        env_file=ENV_FILE, env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore", frozen=True
    )

    discord_token: Token | None = Field(None, description="Token of the Discord bot; set: `run` serves Discord.")
    telegram_token: TelegramToken | None = Field(
        None, description="Token of the Telegram bot, from @BotFather; set: `run` serves Telegram."
    )
    telegram_api_url: WebAddress | None = Field(
        None, description="Base of a Bot API server of your own. Unset: Telegram's."
    )

    backend: Literal["studio", "cloud"] | None = Field(
        None,
        description="Who makes the music: `studio` (embedded) or `cloud` (NemoVideo). "
        "Unset: `cloud` where NEMO_TOKEN or NEMO_API_URL is set, else `studio`.",
    )
    fallback: Literal["studio", "none"] = Field(
        "studio",
        description="What is offered where the cloud has no credits left, refuses or is down: the same from the "
        "`studio`, or `none`.",
    )
    studio_url: WebAddress | None = Field(
        None,
        description="With the cloud: a studio that already runs, as the FALLBACK. Unset: `chat` and `run` start one.",
    )
    nemo_api_url: WebAddress | None = Field(
        None,
        description=f"Base of the API. Unset: `{CLOUD_API_URL}` for the cloud; with the studio, one is started. "
        "With BACKEND=studio: a studio that already runs.",
    )
    nemo_web_url: WebAddress | None = Field(
        None,
        description=f"Base of links for people. Unset: `{CLOUD_WEB_URL}` for the cloud, PUBLIC_URL for the studio.",
    )
    nemo_token: Token | None = Field(
        None, description="Your own token for the API; set: no anonymous tokens are fetched."
    )
    skill_source: Annotated[str, Field(pattern=r"^[\w.-]+$")] | None = Field(
        None, description="Value of X-Skill-Platform. Unset: `clawhub` or `cursor` by the install path, else `unknown`."
    )

    redis_url: RedisAddress | None = Field(
        None, description="Redis 6.2 or newer, or Valkey. Unset: an embedded one that keeps its data in DATA_DIR."
    )
    data_dir: Folder = Field(
        default_factory=partial(user_data_path, "music-bot", appauthor=False),
        description="Everything that is kept. Unset: the user's data folder of the system.",
    )

    secret_key: SecretKey | None = Field(
        None,
        description="What seals tokens and people's words in the store, 32 characters or more. Unset: a key made "
        "in DATA_DIR. Gateways and workers on different machines need the same one.",
    )
    worker_jobs: AtLeastOne = Field(200, description="Jobs that one worker works on at the same time.")
    drain_seconds: Seconds = Field(
        60, description="How long running jobs may go on after SIGTERM; the rest is handed over."
    )
    health_port: Port | None = Field(
        None, description="Port of `/healthz`, `/readyz` and `/metrics` of a gateway or worker. Unset: none of them."
    )
    health_host: str = Field("127.0.0.1", description="Address on which HEALTH_PORT is opened.")

    public_url: WebAddress | None = Field(
        None, description="Where people reach the studio's pages. Unset: no such link is shown."
    )
    nemo_connect_seconds: Deadline = Field(_DEADLINES.connect, description="Deadline for a connection to the API.")
    nemo_request_seconds: Deadline = Field(_DEADLINES.request, description="Deadline of a plain request.")
    nemo_upload_seconds: Deadline = Field(_DEADLINES.upload, description="Deadline of an upload.")
    nemo_stream_seconds: Deadline = Field(_DEADLINES.stream_total, description="Deadline of one generation or edit.")
    nemo_silence_seconds: Deadline = Field(
        _DEADLINES.stream_silence, description="Heartbeats alone for so long count as a timeout."
    )
    nemo_still_working_seconds: Deadline = Field(
        _DEADLINES.still_working, description="After so long without news, “Still working…” is said."
    )
    nemo_rate_limit_seconds: Seconds = Field(
        _DEADLINES.rate_limit_wait, description="Wait after HTTP 429 before the one retry."
    )
    nemo_recover_first_seconds: Seconds | None = Field(
        None,
        description="Wait after a broken stream before the state is read. Unset: 30 for the cloud, 1 for the studio.",
    )
    nemo_recover_next_seconds: Seconds | None = Field(
        None, description="Wait between further readings of the state. Unset: 60 for the cloud, 2 for the studio."
    )
    nemo_recover_reads: AtLeastOne | None = Field(
        None,
        description="How often the state is read after a broken stream. Unset: 5 for the cloud, 135 for the studio.",
    )
    nemo_render_first_seconds: Seconds | None = Field(
        None, description="Wait before an export's status is first asked. Unset: 30 for the cloud, 0 for the studio."
    )
    nemo_render_every_seconds: Deadline | None = Field(
        None, description="Interval between such questions. Unset: 30 for the cloud, 0.5 for the studio."
    )
    nemo_render_polls: AtLeastOne | None = Field(
        None, description="How many such questions are asked. Unset: 10 for the cloud, 1200 for the studio."
    )

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="How much is logged.")
    log_format: Literal["text", "json"] = Field(
        "text", description="`text` for people, `json` for one object per line."
    )

    @property
    def backend_kind(self) -> Literal["studio", "cloud"]:
        """Who serves: as set, else the cloud where its token or address is set, else the studio."""
        if self.backend:
            return self.backend
        return "cloud" if self.nemo_token or self.nemo_api_url else "studio"

    @property
    def starts_studio(self) -> bool:
        """Whether the program runs a studio of its own."""
        return self.backend_kind == "studio" and self.nemo_api_url is None

    @property
    def starts_fallback(self) -> bool:
        """Whether the program runs a studio of its own for what the cloud can't do."""
        return self.backend_kind == "cloud" and self.fallback == "studio" and self.studio_url is None

    @property
    def redis_database(self) -> str:
        """The number of the database that REDIS_URL names, as it stands there; 0 where it names none."""
        parts = urlsplit(self.redis_url.get_secret_value() if self.redis_url else "")
        named = "" if parts.scheme == "unix" else parts.path.strip("/")
        return parse_qs(parts.query).get("db", [named or "0"])[-1]

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every secret value, for the log's redaction."""
        values = {name: value.get_secret_value() for name, value in self if isinstance(value, SecretStr)}
        # Of an address of Redis the password alone is one.
        values["redis_url"] = urlsplit(values.get("redis_url", "")).password or ""
        return tuple(filter(None, values.values()))

    @property
    def sealing_key(self) -> bytes | None:
        """SECRET_KEY as it is used; None: the key in `key_file` is."""
        return self.secret_key.get_secret_value().encode() if self.secret_key else None

    @property
    def key_file(self) -> Path:
        """Where a key of this data directory lies."""
        return self.data_dir / "secret.key"

    def deadlines(self) -> Deadlines:
        """Return every deadline; recovery and render polling follow the backend where they are not set."""
        usual = _STUDIO_DEADLINES if self.backend_kind == "studio" else _DEADLINES
        # A wait of 0 is a wish; the others can't be 0.
        first, again = self.nemo_recover_first_seconds, self.nemo_recover_next_seconds
        render = self.nemo_render_first_seconds
        return Deadlines(
            connect=self.nemo_connect_seconds,
            request=self.nemo_request_seconds,
            upload=self.nemo_upload_seconds,
            stream_total=self.nemo_stream_seconds,
            stream_silence=self.nemo_silence_seconds,
            still_working=self.nemo_still_working_seconds,
            rate_limit_wait=self.nemo_rate_limit_seconds,
            recover_first=usual.recover_first if first is None else first,
            recover_next=usual.recover_next if again is None else again,
            recover_reads=self.nemo_recover_reads or usual.recover_reads,
            render_first=usual.render_first if render is None else render,
            render_every=self.nemo_render_every_seconds or usual.render_every,
            render_polls=self.nemo_render_polls or usual.render_polls,
        )

    def api(self, studio_url: str | None = None) -> Backend:
        """Return where the API is. `studio_url` is the address of the studio that the program started, if it did."""
        cloud = self.backend_kind == "cloud"
        return Backend(
            api_url=(None if cloud else studio_url) or self.nemo_api_url or CLOUD_API_URL,
            web_url=self.nemo_web_url or (CLOUD_WEB_URL if cloud else self.public_url),
            platform=self.skill_source or detect_platform(Path(__file__).resolve()),
            token=self.nemo_token if cloud or not studio_url else None,
            deadlines=self.deadlines(),
            durations=Durations() if cloud else None,
            free_to_use=not cloud,
            tells_changes=not cloud,
            lengths=None if cloud else STUDIO_LENGTHS,
        )

    def fallback_api(self, studio_url: str | None = None) -> Backend | None:
        """Return where music is made when the cloud can't; `studio_url` is as for `api`."""
        url = self.studio_url or studio_url
        if self.backend_kind == "studio" or self.fallback != "studio" or url is None:
            return None
        studio = self.model_copy(update={"backend": "studio", "nemo_web_url": None})
        return replace(studio.api(url), deadlines=_STUDIO_DEADLINES)

    @cached_property
    def studio_options(self) -> StudioOptions:
        """The settings of the studio; it declares them itself."""
        return StudioOptions()

    def studio(self, *, host: str = "127.0.0.1", port: int = 0, identity: str | None = None) -> StudioSettings:
        """Return what a studio is started with; it keeps its projects in the data directory."""
        place = {"data_dir": self.data_dir / "studio", "host": host, "port": port, "identity": identity}
        return StudioSettings.model_validate({**dict(self.studio_options), **place})

    def for_studio(self) -> dict[str, str]:
        """Return the environment of a studio process: its own settings, and those that it shares with the program."""
        shared = {"DATA_DIR": str(self.data_dir), "LOG_LEVEL": self.log_level, "LOG_FORMAT": self.log_format}
        return self.studio_options.environment() | shared
