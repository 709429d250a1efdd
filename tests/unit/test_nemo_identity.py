"""Who asks, links for people, ids of renders."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from core.errors import TokenRefused
from core.nemo import detect_platform, new_render_id, register_page
from core.nemo._http import is_loopback, new_client
from core.nemo._identity import authorization
from core.nemo.model import Backend


@pytest.mark.parametrize(
    ("path", "platform"),
    [
        ("/home/a/.clawhub/skills/music/core/nemo.py", "clawhub"),
        ("/home/a/.cursor/skills/music", "cursor"),
        ("/home/a/.cursor/extensions/music", "unknown"),
        ("/home/a/clawhub/music", "unknown"),
        ("/srv/bot", "unknown"),
    ],
)
def test_the_platform_is_told_by_the_install_path(path: str, platform: str) -> None:
    assert detect_platform(Path(path)) == platform


def backend(web_url: str | None) -> Backend:
    return Backend(api_url="http://127.0.0.1:1", web_url=web_url, platform="unknown")


def test_the_page_to_register_keeps_the_project() -> None:
    assert register_page(backend("https://a.example/"), "t 1") == "https://a.example/register?bind=t+1"
    assert register_page(backend("https://a.example"), None) == "https://a.example/register"
    assert register_page(backend(None), "t1") is None


def test_render_ids_differ_even_in_one_moment() -> None:
    ids = {new_render_id(lambda: 1700000000.5) for _ in range(20)}
    assert len(ids) == 20
    assert all(one.startswith("render_1700000000500") and one.removeprefix("render_").isdecimal() for one in ids)


def test_a_token_goes_into_its_header_only() -> None:
    assert authorization(SecretStr("nmv_usr_1")) == {"Authorization": "Bearer nmv_usr_1"}
    with pytest.raises(TokenRefused):
        authorization(SecretStr("nmv_usr_1\r\nX-Evil: 1"))


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("localhost", True),
        ("127.8.8.8", True),
        ("10.0.0.1", False),
        ("a.example", False),
    ],
)
def test_what_is_this_machine(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


async def test_a_proxy_is_used_for_the_cloud_and_not_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    async with (
        new_client("https://api.example", httpx.Timeout(1)) as far,
        new_client("http://[::1]:1", httpx.Timeout(1)) as near,
    ):
        assert far.trust_env
        assert not near.trust_env
