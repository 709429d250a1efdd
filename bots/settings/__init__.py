"""Every setting of the program, read from the environment and from `.env` in the current folder."""

from bots.settings.kinds import RedisAddress
from bots.settings.loading import SettingsError, WrongSetting, load
from bots.settings.model import CLOUD_API_URL, CLOUD_WEB_URL, Settings

__all__ = ["CLOUD_API_URL", "CLOUD_WEB_URL", "RedisAddress", "Settings", "SettingsError", "WrongSetting", "load"]
