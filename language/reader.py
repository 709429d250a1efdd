"""Reads what a message means: by rules that cost nothing, and by the sentence encoder where these are unsure."""

from __future__ import annotations

import re
from contextlib import AsyncExitStack
from dataclasses import dataclass

import numpy as np

from language.classifier import Scores, blended, by_encoder, by_ngrams
from language.detection import is_foreign, language_of
from language.encoder import Encoder
from language.features import plain
from language.gloss import for_encoder
from language.phrases import LABELLED, MAKING, Meaning

_SURE = 0.9
"""Probability from which on the n-grams alone decide."""
_LIKELY = 0.35
"""The least probability with which anything is taken to be meant; below, the person is asked."""
_MAKING = 0.5
"""The least probability of a wish for music or a change: both may cost something."""
_MAKES = np.isin(LABELLED, [*MAKING])
_ALSO = 0.2
"""Probability from which on the file is wanted besides ("replace the ending and send me the mp4")."""
_CLEARLY, _LONGEST_END = 0.75, 6
"""Probability with which a part of a wish asks for the file, and words of one at its end."""
_VAGUE = {Meaning.VAGUE_MUSIC: Meaning.MUSIC, Meaning.VAGUE_EDIT: Meaning.EDIT}
_CLAUSE = re.compile(r"[,.;:!?\n，。；：！？、،؟।]+")
_SOUND_FORMAT = re.compile(r"(?<![a-z0-9])(?:mp3|wav|flac|m4a|aac|ogg|aiff|midi|stems)(?![a-z0-9])")
_URL = re.compile(
    r"(?:https?://|www\.|(?:open\.)?spotify\.com/|youtu\.be/|(?:music\.|m\.)?youtube\.com/)[^\s<>\"'，。！？、）)\]]+",
    re.IGNORECASE,
)
_MUSIC_PLATFORM = re.compile(r"//(?:[\w-]+\.)*(?:youtube\.com|youtu\.be|spotify\.com)(?:[/:?#]|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was read in a message."""

    meaning: Meaning
    language: str
    """One of `LANGUAGES`: that of the words, else the hint's."""
    urls: tuple[str, ...] = ()
    """The addresses in it, in their order."""
    names_music_platform: bool = False
    """One of them is a page of YouTube or Spotify."""
    wants_file: bool = False
    """It also asks for the finished file."""
    sound_format: str | None = None
    """The kind of file that it asks for, where that is no film: "mp3"."""
    has_words: bool = True
    vague: bool = False
    """It wishes for music or a change without a word on which, so that advice may help."""


class Reader(AsyncExitStack):
    """Reads messages. An async context manager; its encoder starts when it is first needed."""

    def __init__(self, encoder: Encoder | None = None) -> None:
        """`encoder` is ended with the reader."""
        super().__init__()
        self._encoder = encoder or Encoder()
        self.push_async_callback(self._encoder.end)

    async def read(self, text: str, hint: str | None) -> Reading:
        """Return what a message means. `hint` is BCP 47, used where the words don't tell; never raises."""
        urls = tuple(map(_with_scheme, _URL.findall(text)))
        words = _URL.sub(" ", text)
        language = language_of(words, hint)
        said = plain(words)
        meaning, wants_file = Meaning.OTHER, False
        if is_foreign(words):
            meaning = Meaning.FOREIGN
        elif any(map(str.isalnum, said)):
            scores = by_ngrams(said, language)
            if np.exp(scores.max()) < _SURE:
                vector = await self._encoder.encode(for_encoder(said, language))
                scores = scores if vector is None else blended(scores, by_encoder(vector))
            meaning = decide(scores)
            wants_file = meaning is Meaning.EXPORT or _also_the_file(said, language, scores)
        return Reading(
            meaning=_VAGUE.get(meaning, meaning),
            language=language,
            urls=urls,
            names_music_platform=any(map(_MUSIC_PLATFORM.search, urls)),
            wants_file=wants_file,
            sound_format=found[0] if wants_file and (found := _SOUND_FORMAT.search(said)) else None,
            has_words=bool(said),
            vague=meaning in _VAGUE,
        )


def decide(scores: Scores) -> Meaning:
    """Return the likeliest meaning; `UNSURE` where none is likely, or where it may cost something and is not."""
    shares = np.exp(scores)
    likeliest = LABELLED[int(shares.argmax())]
    enough = shares[_MAKES].sum() >= _MAKING if likeliest in MAKING else shares.max() >= _LIKELY
    return likeliest if enough else Meaning.UNSURE


def _also_the_file(said: str, language: str, scores: Scores) -> bool:
    """Return whether a part of a wish asks for the file, between marks or at its end."""
    export = LABELLED.index(Meaning.EXPORT)
    words = said.split()
    ends = (" ".join(words[-count:]) for count in range(3, min(len(words), _LONGEST_END + 1)))
    parts = list(filter(str.strip, (*_CLAUSE.split(said), *ends)))
    return bool(np.exp(scores[export]) >= _ALSO) or (
        len(parts) > 1 and any(np.exp(by_ngrams(part, language)[export]) >= _CLEARLY for part in parts)
    )


def _with_scheme(url: str) -> str:
    url = url.rstrip(".,;:!?")
    return url if "://" in url else f"https://{url}"
