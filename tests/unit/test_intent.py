"""What a message wants: labelled phrases, half of them traps, and the edges."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.intent import Action, understand
from core.intent.cues import Asking, lexicon

DATA = Path(__file__).parent / "data"
TO_THE_AGENT = {Action.MUSIC, Action.EDIT}


def labelled(name: str) -> list[tuple[Action, str]]:
    lines = (DATA / name).read_text("utf-8").splitlines()
    pairs = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [(Action(action), phrase) for action, phrase in pairs]


def action(text: str, *, has_files: bool = False) -> Action:
    return understand(text, has_files=has_files, language_hint=None).action


@pytest.mark.parametrize("name", ["intent_phrases.tsv", "intent_phrases_set_aside.tsv"])
def test_phrases_are_routed(name: str) -> None:
    phrases = labelled(name)
    wrong = [(want, action(text), text) for want, text in phrases if action(text) is not want]
    false_routes = [one for one in wrong if not {one[0], one[1]} <= TO_THE_AGENT]
    assert len(false_routes) <= 0.02 * len(phrases), false_routes
    assert len(wrong) <= 0.03 * len(phrases), wrong


def test_no_wish_for_music_is_taken_for_anything_else() -> None:
    """The traps: keywords inside wishes for music and for changes."""
    phrases = labelled("intent_phrases.tsv") + labelled("intent_phrases_set_aside.tsv")
    traps = [(want, text) for want, text in phrases if want in TO_THE_AGENT]
    assert len(traps) > 250
    assert [text for want, text in traps if action(text) not in TO_THE_AGENT] == []


@pytest.mark.parametrize(
    ("text", "files", "want"),
    [
        ("", False, Action.EMPTY),
        ("  \n ", False, Action.EMPTY),
        ("", True, Action.UPLOAD),
        ("here you go", True, Action.UPLOAD),
        ("my video", True, Action.UPLOAD),
        ("put calm piano under this", True, Action.MUSIC),
        ("给这个视频配上轻柔的钢琴", True, Action.MUSIC),
        ("make it slower", True, Action.EDIT),
        ("how many credits do I have", True, Action.CREDITS),
        ("😀", False, Action.SMALLTALK),
        ("😀", True, Action.UPLOAD),
    ],
)
def test_files_and_nothing(text: str, files: bool, want: Action) -> None:
    assert action(text, has_files=files) is want


@pytest.mark.parametrize(
    ("text", "want", "urls"),
    [
        ("https://youtu.be/a?t=1", Action.LINK, ("https://youtu.be/a?t=1",)),
        ("like this: www.youtube.com/watch?v=a.", Action.LINK, ("https://www.youtube.com/watch?v=a",)),
        ("open.spotify.com/track/1 please", Action.LINK, ("https://open.spotify.com/track/1",)),
        ("用这首https://music.youtube.com/watch?v=a，谢谢", Action.LINK, ("https://music.youtube.com/watch?v=a",)),
        ("how many credits? https://youtu.be/a", Action.CREDITS, ("https://youtu.be/a",)),
        ("https://youtube.com.evil.example/a.mp4", Action.UPLOAD, ("https://youtube.com.evil.example/a.mp4",)),
        (
            "https://a.example/x.mp4 https://b.example/y",
            Action.UPLOAD,
            ("https://a.example/x.mp4", "https://b.example/y"),
        ),
        ("calm piano under https://a.example/x.mp4", Action.MUSIC, ("https://a.example/x.mp4",)),
        ("ein Lied über ftp://a.example", Action.MUSIC, ()),
    ],
)
def test_addresses(text: str, want: Action, urls: tuple[str, ...]) -> None:
    intent = understand(text, has_files=False, language_hint=None)
    assert (intent.action, intent.urls) == (want, urls)


@pytest.mark.parametrize(
    ("text", "hint", "language"),
    [
        ("make music", "zh-CN", "en"),
        ("做一首歌", "en", "zh"),
        ("加个 lo-fi hip hop beat", None, "zh"),
        ("make a song about 小明 and his little dog", "zh", "en"),
        ("匯出影片", None, "zh"),
        ("音楽を作ってください", None, "en"),
        ("音楽を作ってください", "zh-TW", "zh"),
        ("123 !?", "zh_Hans", "zh"),
        ("", None, "en"),
        ("", "ZH", "zh"),
        ("сделай музыку", "ru", "en"),
        ("https://youtu.be/abc", "zh", "zh"),
    ],
)
def test_the_language_is_that_of_the_words(text: str, hint: str | None, language: str) -> None:
    assert understand(text, has_files=False, language_hint=hint).language == language


@pytest.mark.parametrize(
    ("text", "vague"),
    [
        ("make me a song", True),
        ("music please", True),
        ("做一首歌", True),
        ("make it better", True),
        ("upbeat energetic", False),
        ("a song about cats", False),
        ("make it slower", False),
        ("export", False),
    ],
)
def test_a_vague_wish_is_known_as_one(text: str, vague: bool) -> None:
    assert understand(text, has_files=False, language_hint=None).vague is vague


@pytest.mark.parametrize(
    "text", ["EXPORT", "ｅｘｐｏｒｔ", "/export", "export!!!", "  export\n", "“please” export", "ExPoRt."]
)
def test_case_width_and_punctuation_do_not_matter(text: str) -> None:
    assert action(text) is Action.EXPORT


@pytest.mark.parametrize("text", ['add the title "my credits"', "title: “export now”, please add it", "标题写《余额》"])
def test_what_is_quoted_asks_for_nothing(text: str) -> None:
    assert action(text) in TO_THE_AGENT


@given(st.text(max_size=200), st.booleans(), st.one_of(st.none(), st.text(max_size=8)))
def test_any_text_gives_an_intent(text: str, files: bool, hint: str | None) -> None:
    intent = understand(text, has_files=files, language_hint=hint)
    assert intent.language in ("en", "zh")


PHRASES = sorted({*lexicon("en"), *lexicon("zh")})


@given(st.lists(st.sampled_from(PHRASES), max_size=12).map(" ".join), st.booleans())
def test_any_words_in_any_order_give_an_intent(text: str, files: bool) -> None:
    assert understand(text, has_files=files, language_hint=None).action in Action


def test_a_very_long_message_is_read_in_its_beginning() -> None:
    assert action("export " + "!" * 100_000) is Action.EXPORT


LABELLED = labelled("intent_phrases.tsv") + labelled("intent_phrases_set_aside.tsv")
DECORATED = st.sampled_from(
    [str.upper, str.title, lambda text: f"  {text} ", lambda text: f"{text}!!", lambda text: f"“{text[:0]}” {text}"]
)


@given(st.sampled_from(LABELLED), DECORATED)
def test_how_it_is_written_does_not_change_what_is_wanted(one: tuple[Action, str], write: Callable[[str], str]) -> None:
    assert action(write(one[1])) is action(one[1])


TRAPS = [
    "export",
    "download",
    "credits",
    "status",
    "cancel",
    "start over",
    "upload",
    "导出",
    "余额",
    "重新开始",
    "取消",
]


@given(
    st.sampled_from(
        ["a calm song about {}", "epic score for a video called {}", "写一首关于{}的歌", "a {}-themed jazz tune"]
    ),
    st.sampled_from(TRAPS),
)
def test_a_keyword_that_describes_the_music_asks_for_nothing(wish: str, keyword: str) -> None:
    assert action(wish.format(keyword)) is Action.MUSIC


def test_the_labelled_phrases_are_many_and_half_of_them_traps() -> None:
    keywords = set(lexicon_of_actions())
    agents = [text for want, text in LABELLED if want in TO_THE_AGENT]
    traps = [text for text in agents if any(word in text.lower() for word in keywords)]
    assert len(LABELLED) >= 150
    assert len(traps) >= 75


def lexicon_of_actions() -> list[str]:
    """Return the words that alone would ask for an action."""
    return [
        phrase
        for language in ("en", "zh")
        for phrase, meaning in lexicon(language).items()
        if isinstance(meaning, Asking) and len(phrase) > 1
    ]
