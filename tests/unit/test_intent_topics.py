"""Small talk: known for what it is about, and never where anything else is wanted."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.commands import Action
from core.intent import Topic, understand
from core.texts import LANGUAGES, say

NEVER_TALK = {Action.MUSIC, Action.EDIT, Action.EXPORT, Action.NEW, Action.CANCEL}
PHRASES = sorted((Path(__file__).parent / "data").glob("intent_phrases*.tsv"))

CHANGES = ["make it faster", "去掉鼓"]

ABOUT = {
    Topic.THANKS: ["thanks", "Thank you so much!", "thx a lot, great work 🙏", "no thanks", "谢谢", "太棒了，谢谢你！"],
    Topic.FAREWELL: ["bye", "See you tomorrow, thanks!", "再见"],
    Topic.LICENCE: [
        "may I use it commercially?",
        "Can I use this on YouTube?",
        "can i use the music in my videos",
        "is the music royalty free?",
        "do I need to credit you?",
        "Who owns the copyright?",
        "可以商用吗",
        "这首音乐可以商用吗？",
        "能用在抖音上吗",
        "版权归谁",
    ],
    Topic.IDENTITY: ["who are you?", "are you a bot", "What's your name?", "你是谁", "你是机器人吗？"],
    Topic.STYLES: [
        "what styles do you have",
        "which genres do you know?",
        "what kind of music can you make?",
        "list your styles",
        "你有哪些风格",
        "支持哪些音乐类型？",
    ],
    Topic.LENGTH: ["how long can it be", "what's the maximum length?", "最长能做多长", "音乐最长多少分钟"],
    Topic.FORMATS: ["what formats do you accept?", "what format do I get", "支持什么格式", "输出什么格式？"],
    Topic.PRICE: ["is it free", "how much does a track cost?", "免费吗", "做一首歌多少钱？"],
    Topic.LANGUAGES: ["do you speak Chinese?", "which languages do you support", "你会说中文吗"],
    Topic.OFF_TOPIC: [
        "what's the weather like in Paris tomorrow?",
        "order me a pizza",
        "please book a flight to Rome",
        "write me an email to my boss",
        "what time is it",
        "who won the world cup?",
        "今天天气怎么样",
        "帮我订个披萨",
        "画一只猫",
    ],
    Topic.GREETING: ["hi", "good morning!", "lol", "你好"],
    Topic.OTHER: ["😀", "ok", "123"],
}


@pytest.mark.parametrize(("topic", "text"), [(topic, text) for topic, texts in ABOUT.items() for text in texts])
def test_a_simple_question_is_known_for_what_it_is_about(topic: Topic, text: str) -> None:
    intent = understand(text, has_files=False, language_hint=None)
    assert intent.topic is topic
    assert intent.action not in NEVER_TALK


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("thanks, now make it faster", Action.EDIT),
        ("谢谢，再快一点", Action.EDIT),
        ("great, but without drums", Action.EDIT),
        ("write a thank-you song", Action.MUSIC),
        ("thank you song for my mom", Action.MUSIC),
        ("写一首感谢老师的歌", Action.MUSIC),
        ("royalty free music for my video", Action.MUSIC),
        ("generate copyright free background music", Action.MUSIC),
        ("给我一段无版权的音乐", Action.MUSIC),
        ("来一段可以商用的音乐", Action.MUSIC),
        ("what styles do you have? make me one in jazz", Action.MUSIC),
        ("a free background track", Action.MUSIC),
        ("music for a pizza commercial", Action.MUSIC),
        ("a track about the weather", Action.MUSIC),
        ("order me a dramatic track", Action.MUSIC),
        ("使用在抖音的欢快音乐", Action.MUSIC),
        ("how many credits do I have", Action.CREDITS),
        ("is my track ready?", Action.STATUS),
        ("how long will it take", Action.STATUS),
        ("what can you do", Action.HELP),
        ("thanks, send me the video", Action.EXPORT),
    ],
)
def test_whatever_wants_something_done_is_no_small_talk(text: str, wanted: Action) -> None:
    intent = understand(text, has_files=False, language_hint=None)
    assert (intent.action, intent.topic) == (wanted, None)


def test_no_labelled_wish_is_taken_for_small_talk() -> None:
    rows = [line.partition("\t") for path in PHRASES for line in path.read_text("utf-8").splitlines()]
    wishes = [text for want, _, text in rows if want in NEVER_TALK]
    assert len(wishes) > 100
    taken = [text for text in wishes if understand(text, has_files=False, language_hint=None).topic]
    assert len(taken) <= len(wishes) // 100, taken


@given(
    st.sampled_from([text for texts in ABOUT.values() for text in texts]),
    st.sampled_from([*CHANGES, "calm piano, 30 seconds", "a jazz track please", "做一首欢快的歌"]),
    st.sampled_from([". ", ", ", "! ", "\n", "，"]),
    st.booleans(),
)
def test_a_wish_beside_small_talk_is_still_a_wish(talk: str, wish: str, joint: str, first: bool) -> None:
    # "Write me an email, make it longer": such a change is of the email.
    assume(talk not in ABOUT[Topic.OFF_TOPIC] or wish not in CHANGES)
    said = f"{wish}{joint}{talk}" if first else f"{talk}{joint}{wish}"
    assert understand(said, has_files=False, language_hint=None).topic is None


def _phrases() -> list[str]:
    tables = [
        tomllib.loads(files("core.intent").joinpath(f"topics_{language}.toml").read_text("utf-8"))
        for language in LANGUAGES
    ]
    lists = [phrases for table in tables for section in table.values() for phrases in section.values()]
    return sorted({" ".join(phrase.split()) for each in lists for phrase in each.split(",")} - {""})


@given(st.lists(st.sampled_from(_phrases()), max_size=30).map(" ".join), st.sampled_from(["", " zzz", "!"]))
def test_any_of_its_words_in_any_order_give_an_intent_soon(text: str, end: str) -> None:
    assert understand(text + end, has_files=False, language_hint=None).action in Action


def test_a_file_or_a_link_beside_it_is_no_small_talk() -> None:
    assert understand("thanks", has_files=True, language_hint=None).topic is None
    assert understand("who are you https://example.org/a.mp4", has_files=False, language_hint=None).topic is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_topic_has_a_sentence_of_its_own_with_a_next_step(language: str) -> None:
    free = {"limits": "", "terms": ""}
    plain = [topic for topic in Topic if topic is not Topic.LICENCE]
    told = [say(language, f"core.topic.{topic.value}", **free) for topic in plain]
    told += [say(language, f"core.topic.licence_{rights}", **free) for rights in ("free", "terms")]
    assert len({*told}) == len(told)
    for sentence in told:
        assert any(mark in sentence for mark in "“/"), sentence
