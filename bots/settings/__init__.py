"""Every setting of the program, from the environment and `.env` in the current folder; and which ones are wrong."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bots.settings.model import CLOUD_API_URL, CLOUD_WEB_URL, ENV_FILE, RedisAddress, Settings
from studio.settings import StudioOptions, variable_name

__all__ = ["CLOUD_API_URL", "CLOUD_WEB_URL", "RedisAddress", "Settings", "SettingsError", "WrongSetting", "load"]


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


def load() -> Settings:
    """Read the settings. Raises `SettingsError` that names every wrong one at once, those of the studio too."""
    wrong: list[WrongSetting] = []
    models: tuple[type[Settings | StudioOptions], ...] = (Settings, StudioOptions)
    for model in models:
        try:
            model()
        except ValidationError as error:
            for detail in error.errors(include_url=False, include_input=False):
                path = detail["loc"]
                wrong.append(_wrong(detail, str(path[0]).upper() if model is Settings else variable_name(*path)))
        except (UnicodeDecodeError, OSError):  # raised by the reading of the one file there is
            raise SettingsError((WrongSetting(str(Path(ENV_FILE).absolute()), "console.setting_env", {}),)) from None
    if wrong:
        raise SettingsError(tuple(wrong))
    return Settings()


def _wrong(detail: ErrorDetails, name: str) -> WrongSetting:
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
    return WrongSetting(name, f"console.{key}", values)
