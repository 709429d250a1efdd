"""Who asks, links for people, ids of renders."""

from __future__ import annotations

import base64
from pathlib import Path

import httpx
import pytest

from core.nemo import detect_platform, new_render_id, register_page, strike
from core.nemo._http import new_client
from core.nemo.model import Backend
from tests.support.scripted_api import OURS, SECRET


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


@pytest.mark.parametrize(
    ("url", "through_proxy"),
    [
        ("https://api.example", True),
        ("http://10.0.0.1:80", True),
        ("http://127.8.8.8:1", False),
        ("http://[::1]:1", False),
        ("http://localhost", False),
    ],
)
async def test_a_proxy_is_used_for_the_cloud_and_not_for_this_machine(url: str, through_proxy: bool) -> None:
    async with new_client(url, httpx.Timeout(1)) as client:
        assert client.trust_env is through_proxy


SPELT = {
    "plain": SECRET,
    "shouted": SECRET.upper(),
    "in a link": "".join(f"%{ord(sign):02X}" for sign in SECRET),
    "partly in a link": SECRET.replace("_", "%5f"),
    "base64": base64.b64encode(SECRET.encode()).decode(),
    "within base64": base64.b64encode(b"x:" + SECRET.encode() + b":y").decode(),
    "within other base64": base64.urlsafe_b64encode(b"x" + SECRET.encode()).decode(),
}


@pytest.mark.parametrize("spelt", SPELT.values(), ids=SPELT)
def test_a_token_is_struck_out_in_every_spelling(spelt: str) -> None:
    told = strike(f"It is {spelt}!", OURS)
    assert told.startswith("It is ")
    assert "***" in told
    assert spelt[4:-4] not in told
