"""GUI talk becomes what a chat can do; what is said about the content is kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.nemo import translate_gui
from core.nemo.model import GuiAction
from tests.support.waiting import PATIENCE

EXPORT, TIMELINE, CREDITS = GuiAction.EXPORT, GuiAction.SHOW_TIMELINE, GuiAction.SHOW_CREDITS


@pytest.mark.parametrize(
    ("said", "text", "actions"),
    [
        ("Click the [Export] button to download.", "", (EXPORT,)),
        ("Your track is ready, click Export to download it.", "Your track is ready.", (EXPORT,)),
        ("Done! Now press the Export button.", "Done!", (EXPORT,)),
        ("To save it, click “Export”. Enjoy the piano.", "Enjoy the piano.", (EXPORT,)),
        ("The Export button is at the top right.", "", (EXPORT,)),
        ("Open the audio panel to see the tracks.", "", (TIMELINE,)),
        ("I made it slower. You can preview it in the timeline.", "I made it slower.", (TIMELINE,)),
        ("Please check your account for billing details.", "", (CREDITS,)),
        ("Click [Upgrade] to go on.", "", ()),
        ("The tempo is 90 BPM now and you can tap the play icon.", "The tempo is 90 BPM now.", ()),
        ("If you want to change it, open the editor, then click Apply.", "", (TIMELINE,)),
        ("- Added piano\n- Click Export\n- Softer drums", "- Added piano\n- Softer drums", (EXPORT,)),
        ("1. Slower\n2. Open the timeline panel\n", "1. Slower", (TIMELINE,)),
        ("音乐做好了，请点击[导出]按钮下载视频。", "音乐做好了。", (EXPORT,)),
        ("已调慢速度。打开音频面板查看。", "已调慢速度。", (TIMELINE,)),
        ("您可以在时间线上预览。", "", (TIMELINE,)),
        ("请查看账户余额。鼓声更轻了。", "鼓声更轻了。", (CREDITS,)),
        ("点击导出按钮", "", (EXPORT,)),
        ('Done! Click the Generate button and then press "Send again".', "Done!", ()),
        ("好了。然后按“再次发送”。", "好了。", ()),
    ],
)
def test_gestures_become_free_actions(said: str, text: str, actions: tuple[GuiAction, ...]) -> None:
    talk = translate_gui(said, "en")
    assert (talk.text, talk.actions, talk.proposed_edit) == (text, actions, None)


@pytest.mark.parametrize(
    ("said", "language", "text", "actions", "edit"),
    [
        ("Drag the title to 0:05.", "en", "", (), "Move the title to 0:05"),
        ("I added a title, and you can drag it to the end.", "en", "I added a title.", (), "Move it to the end"),
        ("Drag and drop the music track under the video.", "en", "", (), "Move the music track under the video"),
        ("好了。把标题拖拽到开头。", "zh", "好了。", (), "把标题移动到开头"),
        (
            "Click the [Export] button in the editor to download it, or drag the clip in the timeline to move it.",
            "en",
            "",
            (EXPORT,),
            "Move the clip in the timeline",
        ),
        ("请点击[导出]按钮下载视频，或在时间线上拖拽片段。", "zh", "", (EXPORT,), "在时间线上移动片段"),
    ],
)
def test_a_drag_is_proposed_and_never_done(
    said: str, language: str, text: str, actions: tuple[GuiAction, ...], edit: str
) -> None:
    talk = translate_gui(said, language)
    assert (talk.text, talk.actions, talk.proposed_edit) == (text, actions, edit)


CONTENT = [
    "I added a soft click track and finger clicks at 0:12.",
    "The bass drops at 1:02, then the strings open the second half.",
    "A track about a drag race, 120.5 BPM.",
    'Added the title "Click here to export, then drag".',
    "标题改成了“点击关注”，时长12.5秒。",
    "It opens with piano; the melody previews the chorus.",
    "Your export business video has calm music now.",
    "我打开了低通滤波器，鼓点更柔和。",
    "Volume 35%, length 7.5s, e.g. like rain. Next: drums?",
    "1. Video: city (0-10s)\n2. BGM: Lo-fi (0-10s, 35%)\n\nAnything else?",
]


@pytest.mark.parametrize("said", CONTENT)
def test_content_is_kept_as_it_is(said: str) -> None:
    talk = translate_gui(said, "en")
    assert (talk.text, talk.actions, talk.proposed_edit) == (said, (), None)


@pytest.mark.parametrize(
    "trouble",
    [
        "I encountered a temporary issue",
        "I encountered a temporary issue. Please try again.",
        "Sorry, I've encountered a temporary problem while saving.",
        "抱歉，我遇到了一个临时问题。",
    ],
)
def test_trouble_after_an_answer_is_dropped(trouble: str) -> None:
    assert translate_gui(f"Your music is ready.\n{trouble}", "en").text.startswith("Your music is ready.")
    assert "temporary" not in translate_gui(f"Your music is ready. {trouble}", "en").text
    assert "临时" not in translate_gui(f"好了。{trouble}", "zh").text


GUI = ["Click the [Export] button.", "Open the effects panel.", "You can drag the clip to 0:03.", "点击播放按钮。"]


@given(st.lists(st.tuples(st.sampled_from(CONTENT), st.booleans(), st.sampled_from(GUI)), min_size=1, max_size=5))
def test_content_survives_gui_talk_around_it(pieces: list[tuple[str, bool, str]]) -> None:
    said = "\n".join(f"{gui}\n{content}" if first else f"{content}\n{gui}" for content, first, gui in pieces)
    text = translate_gui(said, "en").text
    assert text == "\n".join(content for content, _, _ in pieces)


@given(st.text(max_size=300), st.sampled_from(["en", "zh"]))
def test_any_text_is_translated(text: str, language: str) -> None:
    talk = translate_gui(text, language)
    assert set(talk.actions) <= set(GuiAction)
    assert talk.text == talk.text.strip()


SAID = st.lists(st.sampled_from([*CONTENT, *GUI, "请查看账户余额。", "The Export button is there."]), max_size=6).map(
    "\n".join
)


@given(SAID, st.sampled_from(["en", "zh"]))
def test_nothing_is_invented_and_only_free_things_are_done(said: str, language: str) -> None:
    talk = translate_gui(said, language)
    assert all(any(line in whole for whole in said.splitlines()) for line in talk.text.splitlines())
    assert set(talk.actions) <= {EXPORT, TIMELINE, CREDITS}
    again = translate_gui(talk.text, language)
    assert (again.text, again.actions, again.proposed_edit) == (talk.text, (), None)


@pytest.mark.parametrize(
    "said",
    [
        "点击“生成”按钮再来一首。",
        "点击购买积分。",
        "Click the Generate button.",
        "Press Buy to top up.",
        "Select the Upgrade tab, then hit Subscribe.",
        "双击素材即可替换。",
    ],
)
def test_gestures_at_what_may_cost_do_nothing(said: str) -> None:
    assert set(translate_gui(said, "zh" if said[0] > "z" else "en").actions) <= {TIMELINE}


@pytest.mark.parametrize(
    "said",
    [
        "Click here, then " + "!" * 300_000 + "x",
        "Click it" + ")" * 300_000 + "x, fine",
        "You can drag it" + " " * 300_000 + "x",
        "“" * 300_000,
        "「" * 300_000,
    ],
    ids=["marks", "brackets", "spaces", "quotes", "corners"],
)
@pytest.mark.timeout(PATIENCE)
def test_no_answer_takes_long_to_translate(said: str) -> None:
    translate_gui(said, "en")
