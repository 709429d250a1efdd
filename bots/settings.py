"""Every setting of the program, read from the environment and from `.env` in the current folder.

The table in `docs/settings.md` and the lines of `.env.example` are those of this model; a test compares them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from platformdirs import user_data_path
from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.nemo import detect_platform
from core.nemo.model import Backend, Deadlines, Durations
from studio.settings import Prices, Quirks, StudioSettings

CLOUD_API_URL = "https://mega-api-prod.nemovideo.ai"
CLOUD_WEB_URL = "https://nemovideo.com"

STUDIO_POLL_SECONDS = 0.5
STUDIO_POLLS = 1200  # ten minutes

_DEADLINES = Deadlines()
_PRICES = Prices()
_QUIRKS = Quirks()


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise PydanticCustomError("setting_url", "not a web address")
    return value.rstrip("/")


def _file(value: Path) -> Path:
    path = value.expanduser().absolute()
    if not path.is_file():
        raise PydanticCustomError("setting_file", "no such file")
    return path


def _folder(value: Path) -> Path:
    return value.expanduser().absolute()


def _redis_address(value: SecretStr) -> SecretStr:
    parts = urlsplit(value.get_secret_value())
    if parts.scheme not in {"redis", "rediss", "unix"} or not (parts.hostname or parts.path):
        raise PydanticCustomError("setting_redis", "not a Redis address")
    return value


def _telegram_token(value: SecretStr) -> SecretStr:
    if not re.fullmatch(r"\d+:[\w-]+", value.get_secret_value()):
        raise PydanticCustomError("setting_telegram_token", "not a Telegram token")
    return value


def _plain_token(value: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[!-~]+", value.get_secret_value()):
        raise PydanticCustomError("setting_token", "not a token")
    return value


WebAddress = Annotated[str, AfterValidator(_web_address)]
Token = Annotated[SecretStr, AfterValidator(_plain_token)]
TelegramToken = Annotated[SecretStr, AfterValidator(_telegram_token)]
RedisAddress = Annotated[SecretStr, AfterValidator(_redis_address)]
ExistingFile = Annotated[Path, AfterValidator(_file)]
Folder = Annotated[Path, AfterValidator(_folder)]
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Deadline = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]
AtLeastOne = Annotated[int, Field(ge=1)]


class SettingsError(Exception):
    """Settings are missing or wrong; `wrong` names them all, each with what is asked of it."""

    def __init__(self, wrong: tuple[WrongSetting, ...]) -> None:
        self.wrong = wrong
        super().__init__(", ".join(one.name for one in wrong))


@dataclass(frozen=True, slots=True)
class WrongSetting:
    """One wrong setting: `key` is the text that says what is asked, filled with `values`. Never holds its value."""

    name: str
    key: str
    values: dict[str, str | float]


class Settings(BaseSettings):
    """The program's settings; the name of each in the environment is the field's in capitals."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore", frozen=True
    )

    discord_token: Token | None = Field(
        default=None, description="Token of the Discord bot; set: `run` serves Discord."
    )
    telegram_token: TelegramToken | None = Field(
        default=None, description="Token of the Telegram bot, from @BotFather; set: `run` serves Telegram."
    )
    telegram_api_url: WebAddress | None = Field(
        default=None, description="Base of a Bot API server of your own. Unset: Telegram's."
    )

    backend: Literal["studio", "cloud"] | None = Field(
        default=None,
        description="Who makes the music: `studio` (embedded) or `cloud` (NemoVideo). "
        "Unset: `cloud` where NEMO_TOKEN or NEMO_API_URL is set, else `studio`.",
    )
    nemo_api_url: WebAddress | None = Field(
        default=None,
        description=f"Base of the API. Unset: `{CLOUD_API_URL}` for the cloud; with the studio, one is started. "
        "With BACKEND=studio: a studio that already runs.",
    )
    nemo_web_url: WebAddress | None = Field(
        default=None,
        description=f"Base of links for people. Unset: `{CLOUD_WEB_URL}` for the cloud, PUBLIC_URL for the studio.",
    )
    nemo_token: Token | None = Field(
        default=None, description="Your own token for the API; set: no anonymous tokens are fetched."
    )
    skill_source: Annotated[str, Field(pattern=r"^[\w.-]+$")] | None = Field(
        default=None,
        description="Value of X-Skill-Platform. Unset: `clawhub` or `cursor` by the install path, else `unknown`.",
    )

    redis_url: RedisAddress | None = Field(
        default=None,
        description="Redis 6.2 or newer, or Valkey. Unset: an embedded one that keeps its data in DATA_DIR.",
    )
    data_dir: Folder = Field(
        default_factory=lambda: user_data_path("music-bot", appauthor=False),
        description="Everything that is kept. Unset: the user's data folder of the system.",
    )

    public_url: WebAddress | None = Field(
        default=None, description="Where people reach the studio's pages. Unset: no such link is shown."
    )
    studio_soundfont: ExistingFile | None = Field(
        default=None, description="A SoundFont (.sf2, .sf3) to play with instead of the one that set-up installs."
    )
    studio_workers: AtLeastOne | None = Field(
        default=None, description="Processes that compose and render. Unset: one per core, two at most."
    )
    studio_cheap_render: bool = Field(
        default=False, description="Small pictures and quick encoding, for tests; the sound is unchanged."
    )
    studio_idle_exit: Deadline | None = Field(
        default=None,
        description="The studio stops after this many seconds without a request or work. Unset: never, "
        "but one that the program started stops soon after its last user.",
    )
    studio_grant: Count = Field(default=_PRICES.grant, description="Credits that the studio grants a person a day.")
    studio_price_track: Count = Field(
        default=_PRICES.track, description="What a track costs in the studio, in credits."
    )
    studio_price_edit: Count = Field(default=_PRICES.edit, description="What an edit costs in the studio, in credits.")
    studio_price_export: Count = Field(
        default=_PRICES.export, description="What an export costs in the studio, in credits."
    )
    studio_quirk_silent_edits: Share = Field(
        default=_QUIRKS.silent_edits, description="Imitate the cloud: share of edits that end without a word."
    )
    studio_quirk_heartbeat: Deadline | None = Field(
        default=None, description="Imitate the cloud: interval of heartbeats in seconds. Unset: none."
    )
    studio_quirk_gui_talk: bool = Field(
        default=_QUIRKS.gui_talk, description="Imitate the cloud: answers speak of buttons and panels."
    )
    studio_quirk_trailing_error: bool = Field(
        default=_QUIRKS.trailing_error, description="Imitate the cloud: an error message follows good answers."
    )
    studio_quirk_cut_stream: Share = Field(
        default=_QUIRKS.cut_stream, description="Imitate the cloud: share of streams that break off."
    )
    studio_quirk_cancel_with_client: bool = Field(
        default=_QUIRKS.cancel_with_client, description="Imitate the cloud: a run dies when its client goes away."
    )
    studio_quirk_slow_stage: Seconds = Field(
        default=_QUIRKS.slow_stage, description="Imitate the cloud: extra seconds in every stage."
    )
    studio_quirk_two_stages: bool = Field(
        default=_QUIRKS.two_stages, description="Imitate the cloud: a raw clip first, the finish in a second stage."
    )
    studio_quirk_plan_refuses_export: bool = Field(
        default=_QUIRKS.plan_refuses_export, description="Imitate the cloud: exports are refused with HTTP 402."
    )
    studio_quirk_tokens_per_address: Count | None = Field(
        default=None, description="Imitate the cloud: anonymous tokens per address in 7 days. Unset: no limit."
    )

    nemo_connect_seconds: Deadline = Field(
        default=_DEADLINES.connect, description="Deadline for a connection to the API."
    )
    nemo_request_seconds: Deadline = Field(default=_DEADLINES.request, description="Deadline of a plain request.")
    nemo_upload_seconds: Deadline = Field(default=_DEADLINES.upload, description="Deadline of an upload.")
    nemo_stream_seconds: Deadline = Field(
        default=_DEADLINES.stream_total, description="Deadline of one generation or edit."
    )
    nemo_silence_seconds: Deadline = Field(
        default=_DEADLINES.stream_silence, description="Heartbeats alone for so long count as a timeout."
    )
    nemo_still_working_seconds: Deadline = Field(
        default=_DEADLINES.still_working, description="After so long without news, “Still working…” is said."
    )
    nemo_rate_limit_seconds: Seconds = Field(
        default=_DEADLINES.rate_limit_wait, description="Wait after HTTP 429 before the one retry."
    )
    nemo_recover_first_seconds: Seconds = Field(
        default=_DEADLINES.recover_first, description="Wait after a broken stream before the state is read."
    )
    nemo_recover_next_seconds: Seconds = Field(
        default=_DEADLINES.recover_next, description="Wait between further readings of the state."
    )
    nemo_recover_reads: AtLeastOne = Field(
        default=_DEADLINES.recover_reads, description="How often the state is read after a broken stream."
    )
    nemo_render_first_seconds: Seconds | None = Field(
        default=None,
        description="Wait before an export's status is first asked. Unset: 30 for the cloud, 0 for the studio.",
    )
    nemo_render_every_seconds: Deadline | None = Field(
        default=None, description="Interval between such questions. Unset: 30 for the cloud, 0.5 for the studio."
    )
    nemo_render_polls: AtLeastOne | None = Field(
        default=None, description="How many such questions are asked. Unset: 10 for the cloud, 1200 for the studio."
    )

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(default="INFO", description="How much is logged.")
    log_format: Literal["text", "json"] = Field(
        default="text", description="`text` for people, `json` for one object per line."
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
    def secrets(self) -> tuple[str, ...]:
        """Every secret value, for the log's redaction."""
        secrets = [self.discord_token, self.telegram_token, self.nemo_token]
        values = [secret.get_secret_value() for secret in secrets if secret]
        password = urlsplit(self.redis_url.get_secret_value()).password if self.redis_url else None
        return (*values, password) if password else tuple(values)

    def deadlines(self) -> Deadlines:
        """Return every deadline; render polling follows the backend where it is not set."""
        usual = (
            Deadlines(render_first=0, render_every=STUDIO_POLL_SECONDS, render_polls=STUDIO_POLLS)
            if self.backend_kind == "studio"
            else Deadlines()
        )
        first, every, polls = self.nemo_render_first_seconds, self.nemo_render_every_seconds, self.nemo_render_polls
        return Deadlines(
            connect=self.nemo_connect_seconds,
            request=self.nemo_request_seconds,
            upload=self.nemo_upload_seconds,
            stream_total=self.nemo_stream_seconds,
            stream_silence=self.nemo_silence_seconds,
            still_working=self.nemo_still_working_seconds,
            rate_limit_wait=self.nemo_rate_limit_seconds,
            recover_first=self.nemo_recover_first_seconds,
            recover_next=self.nemo_recover_next_seconds,
            recover_reads=self.nemo_recover_reads,
            render_first=usual.render_first if first is None else first,
            render_every=usual.render_every if every is None else every,
            render_polls=usual.render_polls if polls is None else polls,
        )

    def api(self, studio_url: str | None = None) -> Backend:
        """Return where the API is. `studio_url` is the address of the studio that the program started, if it did."""
        cloud = self.backend_kind == "cloud"
        return Backend(
            api_url=studio_url or self.nemo_api_url or CLOUD_API_URL,
            web_url=self.nemo_web_url or (CLOUD_WEB_URL if cloud else self.public_url),
            platform=self.skill_source or detect_platform(Path(__file__).resolve()),
            token=None if studio_url else self.nemo_token,
            deadlines=self.deadlines(),
            durations=Durations() if cloud else None,
        )

    def studio(self, *, host: str = "127.0.0.1", port: int = 0) -> StudioSettings:
        """Return what a studio is started with; it keeps its projects in the data directory."""
        return StudioSettings(
            data_dir=self.data_dir / "studio",
            host=host,
            port=port,
            web_url=self.public_url,
            soundfont=self.studio_soundfont,
            workers=self.studio_workers,
            cheap_render=self.studio_cheap_render,
            idle_exit=self.studio_idle_exit,
            prices=Prices(
                grant=self.studio_grant,
                track=self.studio_price_track,
                edit=self.studio_price_edit,
                export=self.studio_price_export,
            ),
            quirks=Quirks(
                silent_edits=self.studio_quirk_silent_edits,
                heartbeat=self.studio_quirk_heartbeat,
                gui_talk=self.studio_quirk_gui_talk,
                trailing_error=self.studio_quirk_trailing_error,
                cut_stream=self.studio_quirk_cut_stream,
                cancel_with_client=self.studio_quirk_cancel_with_client,
                slow_stage=self.studio_quirk_slow_stage,
                two_stages=self.studio_quirk_two_stages,
                plan_refuses_export=self.studio_quirk_plan_refuses_export,
                tokens_per_address=self.studio_quirk_tokens_per_address,
            ),
        )

    def for_studio(self) -> dict[str, str]:
        """Return the settings that a studio process needs, as its environment."""
        names = ("data_dir", "public_url", "log_level", "log_format")
        values = {name: getattr(self, name) for name in type(self).model_fields if name.startswith("studio_")}
        values |= {name: getattr(self, name) for name in names}
        return {name.upper(): str(value) for name, value in values.items() if value is not None}


def load() -> Settings:
    """Read the settings. Raises `SettingsError` that names every wrong one at once."""
    try:
        return Settings()
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        raise SettingsError(tuple(map(_wrong, details))) from None


def _wrong(detail: ErrorDetails) -> WrongSetting:
    context = detail.get("ctx", {})
    kind = detail["type"]
    values: dict[str, str | float] = {}
    if kind.startswith("setting_"):
        key = kind
    elif kind == "literal_error":
        key, values = "setting_choice", {"choices": str(context["expected"]).replace("'", "")}
    elif kind == "bool_parsing":
        key = "setting_flag"
    elif kind.startswith(("greater_than", "less_than", "float", "int", "finite")):
        key = "setting_number"
    else:
        key = "setting_form"
    return WrongSetting(str(detail["loc"][0]).upper(), f"console.{key}", values)
