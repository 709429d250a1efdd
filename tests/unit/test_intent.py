"""What a message wants: labelled phrases, half of them traps, and the edges."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.commands import Action
from core.intent import Topic, understand, wants_file
from core.intent.reading import read, vocabulary

DATA = Path(__file__).parent / "data"
TO_THE_AGENT = {Action.MUSIC, Action.EDIT}
Phrase = tuple[Action, str]


def rows(name: str) -> list[list[str]]:
    lines = (DATA / name).read_text("utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


def labelled(name: str) -> list[Phrase]:
    return [(Action(action), phrase) for action, phrase in rows(name)]


def framed() -> list[Phrase]:
    """Every keyword in every wish for music or a change."""
    table = rows("intent_trap_frames.tsv")
    keywords = {language: words.split(", ") for language, kind, words in table if kind == "keywords"}
    return [
        (Action(kind), wish.format(keyword))
        for language, kind, wish in table
        if kind != "keywords"
        for keyword in keywords[language]
    ]


def action(text: str, *, has_files: bool = False) -> Action:
    return understand(text, has_files=has_files, language_hint=None).action


def false_routes(phrases: list[Phrase]) -> list[tuple[Action, Action, str]]:
    """Return those that another flow answers; music and a change of music are one message to the agent."""
    routed = [(want, action(text), text) for want, text in phrases]
    return [(want, got, text) for want, got, text in routed if want is not got and not {want, got} <= TO_THE_AGENT]


SEEN = labelled("intent_phrases.tsv") + framed()
UNSEEN = labelled("intent_phrases_unseen.tsv")
LABELLED = SEEN + UNSEEN
IN_BOTH = pytest.mark.parametrize("chinese", [False, True], ids=["English", "Chinese"])


def split(phrases: list[Phrase], *, chinese: bool) -> tuple[list[Phrase], list[Phrase]]:
    """Return the phrases of a language that are wishes for music, traps among them, and those of free things."""
    traps: list[Phrase] = []
    free: list[Phrase] = []
    for want, text in phrases:
        if any("\u3400" <= char <= "\u9fff" for char in text) is chinese:
            (traps if want in TO_THE_AGENT else free).append((want, text))
    return traps, free


@IN_BOTH
def test_phrases_are_routed(chinese: bool) -> None:
    traps, free = split(SEEN, chinese=chinese)
    assert len(false_routes(traps)) <= 0.005 * len(traps), false_routes(traps)
    assert len(false_routes(free)) <= 0.02 * len(free), false_routes(free)


def test_false_routes_are_at_most_two_percent() -> None:
    wrong = false_routes(LABELLED)
    assert len(wrong) <= 0.02 * len(LABELLED), wrong


def test_a_wish_is_told_from_a_change() -> None:
    swapped = [(want, action(text), text) for want, text in SEEN if action(text) is not want]
    assert len(swapped) <= 0.05 * len(SEEN), swapped


@IN_BOTH
def test_phrases_that_no_rule_has_seen_are_routed(chinese: bool) -> None:
    """A wish is lost, or a free question goes to the paid agent."""
    traps, free = split(UNSEEN, chinese=chinese)
    lost = false_routes(traps)
    paid = [one for one in false_routes(free) if one[1] in TO_THE_AGENT]
    assert len(lost) <= 0.04 * len(traps), lost
    assert len(paid) <= 0.04 * len(free), paid


def test_no_keyword_in_a_wish_asks_for_anything() -> None:
    assert len(framed()) > 400
    assert false_routes(framed()) == []


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
    "text",
    [
        "موسيقى هادئة",
        "悲しいバイオリンの曲",
        "ﾋﾟｱﾉ",
        "슬픈 음악",
        "грустная скрипка 20 секунд",
        "сделай музыку для YouTube",
    ],
)
def test_what_is_in_another_script_is_foreign(text: str) -> None:
    intent = understand(text, has_files=False, language_hint="zh")
    assert (intent.foreign, intent.action, intent.topic) == (True, Action.SMALLTALK, Topic.FOREIGN)
    with_file = understand(text, has_files=True, language_hint=None)
    assert (with_file.foreign, with_file.action, with_file.topic) == (True, Action.UPLOAD, None)


@pytest.mark.parametrize(
    "text",
    [
        "lo-fi ビート",
        "给我做一首の音乐",
        "悲傷的小提琴",
        "a lullaby for Анастасия",
        "export 비디오",
        "¯\\_(ツ)_/¯",
        "😀",
        "30 s",
        "",
    ],
)
def test_english_chinese_and_what_has_no_words_is_not_foreign(text: str) -> None:
    assert not understand(text, has_files=False, language_hint=None).foreign


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


PHRASES = sorted({*vocabulary("en")[0], *vocabulary("zh")[0]})


@given(
    st.text(max_size=200) | st.lists(st.sampled_from(PHRASES), max_size=12).map(" ".join),
    st.booleans(),
    st.none() | st.text(max_size=8),
)
def test_any_text_gives_an_intent(text: str, files: bool, hint: str | None) -> None:
    intent = understand(text, has_files=files, language_hint=hint)
    assert intent.language in ("en", "zh")
    assert intent.action in Action


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("credits to the director, slow strings", "en"),
        ("export feels too loud", "en"),
        ("cancel the drums", "en"),
        ("help me relax, soft piano", "en"),
        ("导出的声音太吵了", "zh"),
        ("重新开始的那种希望感，钢琴", "zh"),
    ],
)
def test_the_words_of_a_command_are_its_wish(text: str, language: str) -> None:
    """`/music credits to the director`: the command decides the action; no file is asked for, and it is not vague."""
    intent = understand(text, has_files=False, language_hint=None)
    assert (intent.language, intent.vague, wants_file(text)) == (language, False, False)


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("/export", Action.EXPORT),
        ("“please” export", Action.EXPORT),
        ("ｈｏｗ　ｍａｎｙ　ｃｒｅｄｉｔｓ　ｌｅｆｔ？", Action.CREDITS),
        ("exp\u200bort", Action.EXPORT),
        ("导\u200b出", Action.EXPORT),
        ("\ufeffexport", Action.EXPORT),
        ("匯出影片", Action.EXPORT),
        ("餘額還剩多少？", Action.CREDITS),
        ("exprot", Action.EXPORT),
        ("cancle", Action.CANCEL),
        ("stooop!!!", Action.CANCEL),
        ("u done?", Action.STATUS),
        ("wats my blance", Action.CREDITS),
        ("hows it going", Action.STATUS),
        ("export一下", Action.EXPORT),
        ("check一下余额", Action.CREDITS),
        ("cancel吧，谢谢", Action.CANCEL),
    ],
)
def test_other_spellings_ask_for_the_same(text: str, want: Action) -> None:
    assert action(text) is want


@pytest.mark.parametrize(
    "text",
    [
        "a song about an expert chef",
        "a rest between the verses",
        'add the title "my credits"',
        "title: “export now”, please add it",
        "标题写《余额》",
    ],
)
def test_other_words_and_what_is_quoted_ask_for_nothing(text: str) -> None:
    assert action(text) in TO_THE_AGENT


@pytest.mark.parametrize(
    "part", ["停", "做", "free ", "export ", "“", "(", "is it done? ", "@ ", "0:10 ", "a" * 40, "的"]
)
def test_twenty_thousand_characters_are_read_in_bounded_work(part: str) -> None:
    text = part * (20_000 // len(part))
    assert len(read(text)) <= 400
    assert action(text) in Action


DECORATED = st.sampled_from(
    [
        str.upper,
        str.title,
        lambda text: f"  {text} ",
        lambda text: f"{text}!!",
        lambda text: f"“” {text}",
        lambda text: f"\u200b{text}\ufeff",
        lambda text: f"{text} 🙏",
        lambda text: text.replace(",", "，").replace("?", "？").replace("!", "！"),
        lambda text: "".join(chr(ord(char) + 0xFEE0) if "a" <= char <= "z" else char for char in text),
    ]
)


@given(st.sampled_from(LABELLED), DECORATED)
def test_how_it_is_written_does_not_change_what_is_wanted(one: tuple[Action, str], write: Callable[[str], str]) -> None:
    assert action(write(one[1])) is action(one[1])


# Small talk: known for what it is about, and never where anything else is wanted

NEVER_TALK = {Action.MUSIC, Action.EDIT, Action.EXPORT, Action.NEW, Action.CANCEL}
CHANGES = ["make it faster", "去掉鼓"]

TOPICS = {topic.value for topic in Topic}
ABOUT = [(Topic(label), text) for label, text in rows("intent_topics.tsv") if label in TOPICS]
WISHES = [(Action(label), text) for label, text in rows("intent_topics.tsv") if label not in TOPICS]


@pytest.mark.parametrize(("topic", "text"), ABOUT)
def test_a_simple_question_is_known_for_what_it_is_about(topic: Topic, text: str) -> None:
    intent = understand(text, has_files=False, language_hint=None)
    assert intent.topic is topic
    assert intent.action not in NEVER_TALK


@pytest.mark.parametrize(("wanted", "text"), WISHES)
def test_whatever_wants_something_done_is_no_small_talk(wanted: Action, text: str) -> None:
    intent = understand(text, has_files=False, language_hint=None)
    assert (intent.action, intent.topic) == (wanted, None)


def test_no_labelled_wish_is_taken_for_small_talk() -> None:
    wishes = [text for want, text in LABELLED if want in NEVER_TALK]
    taken = [text for text in wishes if understand(text, has_files=False, language_hint=None).topic]
    assert len(taken) <= len(wishes) // 100, taken


@given(
    st.sampled_from(ABOUT),
    st.sampled_from([*CHANGES, "calm piano, 30 seconds", "a jazz track please", "做一首欢快的歌"]),
    st.sampled_from([". ", ", ", "! ", "\n", "，"]),
    st.booleans(),
)
def test_a_wish_beside_small_talk_is_still_a_wish(small: tuple[Topic, str], wish: str, joint: str, first: bool) -> None:
    # "Write me an email, make it longer": such a change is of the email.
    topic, talk = small
    assume(topic is not Topic.OFF_TOPIC or wish not in CHANGES)
    said = f"{wish}{joint}{talk}" if first else f"{talk}{joint}{wish}"
    assert understand(said, has_files=False, language_hint=None).topic is None


@given(
    st.lists(st.sampled_from([text for _, text in ABOUT]), max_size=30).map(" ".join),
    st.sampled_from(["", " zzz", "!"]),
)
def test_any_of_its_words_in_any_order_give_an_intent_soon(text: str, end: str) -> None:
    assert understand(text + end, has_files=False, language_hint=None).action in Action


def test_a_file_or_a_link_beside_it_is_no_small_talk() -> None:
    assert understand("thanks", has_files=True, language_hint=None).topic is None
    assert understand("who are you https://example.org/a.mp4", has_files=False, language_hint=None).topic is None
