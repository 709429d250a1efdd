"""The settings: defaults, rules, errors, and that the documents say the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from bots.settings import CLOUD_API_URL, CLOUD_WEB_URL, Settings, SettingsError, load
from core.nemo.model import Deadlines
from studio.compose.brief_parser import LONGEST, SHORTEST
from studio.settings import StudioOptions
from tests.support.program import SETTINGS

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Only what a test sets counts: no variable of this machine, no `.env`."""
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def test_nothing_has_to_be_set() -> None:
    settings = load()
    assert settings.backend_kind == "studio"
    assert settings.starts_studio
    assert settings.data_dir.is_absolute()


def test_all_wrong_settings_are_named_at_once_and_no_value_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {
        "DISCORD_TOKEN": "with space",
        "TELEGRAM_TOKEN": "not-a-telegram-token",
        "BACKEND": "moon",
        "NEMO_API_URL": "ftp://value",
        "REDIS_URL": "http://:value@host",
        "STUDIO_SOUNDFONT": "/value.sf3",
        "STUDIO_GRANT": "9" * 23,
        "STUDIO_PRICE_TRACK": "1" * 5000,
        "STUDIO_IDLE_EXIT": "1e300",
        "STUDIO_WORKERS": "0",
        "STUDIO_CHEAP_RENDER": "perhaps",
        "STUDIO_QUIRK_SILENT_EDITS": "1.5",
        "NEMO_CONNECT_SECONDS": "nan",
        "LOG_FORMAT": "xml",
    }
    for name, value in wrong.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load()
    assert {one.name for one in caught.value.wrong} == set(wrong)
    assert not any(value in repr(caught.value.wrong) for value in wrong.values() if len(value) > 5)


@pytest.mark.parametrize("content", [b"NEMO_TOKEN=caf\xe9", b"\xff\xfeL\x00O\x00G\x00"])
def test_an_env_file_that_is_no_text_is_named(content: bytes, tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(content)
    with pytest.raises(SettingsError) as caught:
        load()
    assert [(one.name, one.key) for one in caught.value.wrong] == [(str(tmp_path / ".env"), "console.setting_env")]


def test_a_soundfont_is_known_by_its_first_bytes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    mine, other = tmp_path / "mine.sf3", tmp_path / "other.sf2"
    mine.write_bytes(b"RIFF\x10\x00\x00\x00sfbkLIST")
    other.write_bytes(b"root:x:0:0:root:/root:/bin/bash\n")
    monkeypatch.setenv("STUDIO_SOUNDFONT", str(mine))
    assert load().studio_options.soundfont == mine
    monkeypatch.setenv("STUDIO_SOUNDFONT", str(other))
    with pytest.raises(SettingsError) as caught:
        load()
    assert [(one.name, one.key) for one in caught.value.wrong] == [("STUDIO_SOUNDFONT", "console.setting_soundfont")]


def test_dotenv_is_read_and_the_environment_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("LOG_LEVEL=DEBUG\nSKILL_SOURCE=from-file\nUNRELATED=1\n")
    monkeypatch.setenv("SKILL_SOURCE", "from-environment")
    settings = load()
    assert (settings.log_level, settings.skill_source) == ("DEBUG", "from-environment")


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEMO_TOKEN", "")
    monkeypatch.setenv("NEMO_RENDER_POLLS", "")
    assert load().backend_kind == "studio"


@pytest.mark.parametrize(
    ("variables", "kind", "starts_studio"),
    [
        ({}, "studio", True),
        ({"NEMO_TOKEN": "nmv"}, "cloud", False),
        ({"NEMO_API_URL": "http://127.0.0.1:1"}, "cloud", False),
        ({"BACKEND": "studio", "NEMO_TOKEN": "nmv"}, "studio", True),
        ({"BACKEND": "studio", "NEMO_API_URL": "http://127.0.0.1:1"}, "studio", False),
        ({"BACKEND": "cloud"}, "cloud", False),
    ],
)
def test_who_serves(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], kind: str, starts_studio: bool) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    settings = load()
    assert (settings.backend_kind, settings.starts_studio) == (kind, starts_studio)


def test_the_cloud_is_asked_as_documented(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEMO_TOKEN", "nmv_usr_1")
    backend = load().api()
    assert (backend.api_url, backend.web_url) == (CLOUD_API_URL, CLOUD_WEB_URL)
    assert backend.token == SecretStr("nmv_usr_1")
    assert backend.deadlines == Deadlines()


def test_a_studio_near_by_is_asked_at_once_and_often_and_as_long_as_the_cloud() -> None:
    backend, far = load().api("http://127.0.0.1:9"), Deadlines()
    near = backend.deadlines
    assert (backend.api_url, backend.web_url) == ("http://127.0.0.1:9", None)
    assert (near.render_first, near.render_every, near.render_every * near.render_polls) == (0, 0.5, 600)
    assert (near.recover_first, near.recover_next) == (1, 2)
    whole = [one.recover_first + one.recover_next * (one.recover_reads - 1) for one in (near, far)]
    assert whole[0] == pytest.approx(whole[1], rel=0.01)


def test_a_wait_of_nothing_is_a_wish(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NEMO_RECOVER_FIRST_SECONDS", "NEMO_RECOVER_NEXT_SECONDS", "NEMO_RENDER_FIRST_SECONDS"):
        monkeypatch.setenv(name, "0")
    monkeypatch.setenv("BACKEND", "cloud")
    deadlines = load().deadlines()
    assert (deadlines.recover_first, deadlines.recover_next, deadlines.render_first) == (0, 0, 0)


def test_a_studio_of_our_own_gets_no_token_of_the_cloud_and_links_lead_to_its_public_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in (("BACKEND", "studio"), ("NEMO_TOKEN", "nmv"), ("PUBLIC_URL", "https://music.example.org/")):
        monkeypatch.setenv(name, value)
    backend = load().api("http://127.0.0.1:9")
    assert (backend.token, backend.web_url) == (None, "https://music.example.org")


def test_every_deadline_and_studio_setting_reaches_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [name for name in Settings.model_fields if name.startswith("nemo_") and not name.endswith(("url", "token"))]
    for number, name in enumerate(names, 2):
        monkeypatch.setenv(name.upper(), str(number))
    deadlines = load().deadlines()
    values = [getattr(deadlines, name) for name in Deadlines.__dataclass_fields__]
    assert values == list(range(2, 2 + len(names)))


def test_a_studio_process_gets_the_same_settings_through_its_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("STUDIO_GRANT", "7")
    monkeypatch.setenv("STUDIO_QUIRK_HEARTBEAT", "0.5")
    monkeypatch.setenv("STUDIO_CHEAP_RENDER", "true")
    monkeypatch.setenv("DISCORD_TOKEN", "secret-of-discord")
    here = load()
    environment = here.for_studio()
    assert "secret-of-discord" not in environment.values()
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert load().studio() == here.studio()
    assert here.studio().grant == 7


def test_secrets_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "secret-of-discord")
    monkeypatch.setenv("REDIS_URL", "redis://user:secret-of-redis@localhost")
    settings = load()
    assert "secret" not in repr(settings).replace("SecretStr", "").replace("secret_key=None", "").lower()
    assert set(settings.secrets) == {"secret-of-discord", "secret-of-redis"}


def _default(field: FieldInfo) -> str:
    if field.default_factory is not None or field.default is None:
        return ""
    return str(field.default).lower() if isinstance(field.default, bool) else f"{field.default}".removesuffix(".0")


def _documented() -> list[tuple[str, str, str]]:
    fields = {name.upper(): field for name, field in Settings.model_fields.items()} | StudioOptions.variables()
    return sorted((name, _default(field), field.description or "") for name, field in fields.items())


def test_the_table_in_the_docs_is_the_model() -> None:
    text = (ROOT / "docs" / "settings.md").read_text("utf-8")
    rows = re.findall(r"^\| `([A-Z_]+)` \| (?:`([^`]*)`|–) \| (.*) \|$", text, re.MULTILINE)
    assert sorted(rows) == _documented()


def test_the_example_file_is_the_model() -> None:
    text = (ROOT / ".env.example").read_text("utf-8")
    rows = re.findall(r"^# (.*)\n#([A-Z_]+)=(.*)$", text, re.MULTILINE)
    assert sorted((name, value, description.replace("`", "")) for description, name, value in rows) == [
        (name, default, description.replace("`", "")) for name, default, description in _documented()
    ]


def test_what_may_be_done_with_the_music_and_how_long_it_is_are_known_of_the_studio_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    studio = load().api()
    assert (studio.free_to_use, studio.lengths) == (True, (SHORTEST, LONGEST))
    monkeypatch.setenv("BACKEND", "cloud")
    cloud = load().api()
    assert (cloud.free_to_use, cloud.lengths) == (False, None)
