"""The client against the real studio: a session from its token to the film."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator
from io import BytesIO
from pathlib import Path

import av
import pytest
from PIL import Image
from pydantic import SecretStr

from core.errors import OutcomeUnknown, ServiceError, SessionGone, TokenRefused, UnsupportedFile
from core.nemo import NemoClient, changes, new_render_id, summary, translate_gui
from core.nemo.model import (
    AgentEvent,
    AgentText,
    Backend,
    ChangeKind,
    Deadlines,
    GuiAction,
    Heartbeat,
    RenderState,
    RenderStatus,
    SessionIds,
    State,
    ToolCall,
    ToolResult,
    TrackKind,
)
from studio.settings import Quirks
from tests.support.studio import running_studio


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_studio(tmp_path_factory.mktemp("studio")) as url:
        yield url


def client_of(url: str) -> NemoClient:
    return NemoClient(Backend(api_url=url, web_url=url, platform="unknown", deadlines=Deadlines(stream_silence=60)))


@pytest.fixture
async def client(studio: str) -> AsyncIterator[NemoClient]:
    async with client_of(studio) as made:
        yield made


async def begin(client: NemoClient) -> tuple[SecretStr, SessionIds]:
    token = await client.anonymous_token(str(uuid.uuid4()))
    return token, await client.create_session(token, "en")


async def say(client: NemoClient, token: SecretStr, session: SessionIds, message: str) -> list[AgentEvent]:
    async with client.run(token, session.session_id, message) as events:
        return [event async for event in events]


async def rendered(client: NemoClient, token: SecretStr, render: str) -> RenderStatus:
    async with asyncio.timeout(120):
        while (status := await client.render_status(token, render)).state is not RenderState.COMPLETED:
            assert status.state is not RenderState.FAILED
            await asyncio.sleep(0.1)
    return status


async def composed(client: NemoClient, token: SecretStr, session: SessionIds) -> State:
    async with asyncio.timeout(120):
        while True:
            state = await client.state(token, session.session_id)
            if state.timeline.can_export:
                return state
            await asyncio.sleep(0.1)


def seconds_of(film: Path) -> float:
    with av.open(str(film)) as container:
        assert {stream.type for stream in container.streams} == {"audio", "video"}
        return (container.duration or 0) / av.time_base


async def test_from_the_token_to_the_film(client: NemoClient, tmp_path: Path) -> None:
    token, session = await begin(client)
    before = await client.state(token, session.session_id)
    assert not before.timeline.can_export
    balance = await client.credits(token)

    events = await say(client, token, session, "upbeat energetic 5 seconds")
    assert {type(event) for event in events} >= {AgentText, ToolCall, ToolResult}
    assert not any(event for event in events if isinstance(event, AgentText) and "{" in event.text)

    state = await client.state(token, session.session_id)
    assert {TrackKind.VIDEO, TrackKind.BGM} <= {track.kind for track in state.timeline.tracks}
    assert state.timeline.seconds == 5
    assert state.generated
    assert {change.kind for change in changes(before.timeline, state.timeline)} == {ChangeKind.ADDED}
    assert "(0-5s" in summary(state.timeline)
    assert (await client.credits(token)).available == balance.available - 1

    render = new_render_id(lambda: 1.0)
    await client.start_render(token, session.session_id, render, state.draft_json)
    status = await rendered(client, token, render)
    told: list[float] = []
    film = tmp_path / "film.mp4"
    size = await client.download(token, render, status.url, film, told.append)
    assert size == film.stat().st_size
    assert told[-1] == 1.0
    assert seconds_of(film) == pytest.approx(5, abs=0.05)
    await client.download(token, render, None, tmp_path / "again.mp4", told.append)
    assert (tmp_path / "again.mp4").read_bytes() == film.read_bytes()

    link = await client.claim_link(token, session.task_id or "", session.session_id)
    assert link
    assert token.get_secret_value() not in link


async def test_files_go_up_and_wrong_ones_are_refused(client: NemoClient, tmp_path: Path) -> None:
    token, session = await begin(client)
    picture = tmp_path / "cover.png"
    picture.write_bytes(png())
    told: list[float] = []
    uploaded = await client.upload_file(token, session.session_id, picture, "Küste 曲.png", "image/png", told.append)
    assert uploaded.name
    assert told[-1] == 1.0
    text = tmp_path / "notes.txt"
    text.write_text("no music here")
    with pytest.raises(UnsupportedFile):
        await client.upload_file(token, session.session_id, text, "notes.txt", "text/plain", told.append)


def png() -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (64, 64), "teal").save(buffer, "PNG")
    return buffer.getvalue()


async def test_strangers_are_refused(client: NemoClient) -> None:
    token, session = await begin(client)
    stranger, _ = await begin(client)
    with pytest.raises(TokenRefused):
        await client.credits(SecretStr("nmv_usr_nobody"))
    with pytest.raises(SessionGone):
        await client.state(stranger, session.session_id)
    with pytest.raises(SessionGone):
        await say(client, token, SessionIds("nowhere", None), "upbeat")
    with pytest.raises(ServiceError):
        await client.render_status(token, "render_0")


async def test_the_clouds_habits_are_borne(tmp_path: Path) -> None:
    quirks = Quirks(heartbeat=0.05, gui_talk=True, trailing_error=True, slow_stage=0.2)
    with running_studio(tmp_path / "studio", quirks=quirks) as url:
        async with client_of(url) as client:
            token, session = await begin(client)
            events = await say(client, token, session, "calm piano 5 seconds")
    assert events.count(Heartbeat()) >= 2
    talks = [translate_gui(event.text, "en") for event in events if isinstance(event, AgentText) and event.whole]
    assert {action for talk in talks for action in talk.actions} == {GuiAction.EXPORT}
    assert any(talk.proposed_edit for talk in talks)
    shown = " ".join(talk.text for talk in talks)
    assert shown
    assert "Export" not in shown
    assert "temporary issue" not in shown


async def test_a_cut_stream_is_unknown_and_the_state_tells(tmp_path: Path) -> None:
    with running_studio(tmp_path / "studio", quirks=Quirks(cut_stream=1.0)) as url:
        async with client_of(url) as client:
            token, session = await begin(client)
            with pytest.raises(OutcomeUnknown):
                await say(client, token, session, "calm piano 5 seconds")
            assert (await composed(client, token, session)).timeline.can_export
