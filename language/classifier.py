"""What a message most likely means, by weights that `language.training` learnt from the labelled phrases."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

from language.features import ngram_counts
from language.gloss import gloss
from language.phrases import WEIGHTS

Scores = NDArray[np.float64]
"""The logarithms of the probabilities of `phrases.LABELLED`, in their order."""

_ENCODER_SHARE = 0.65
"""Weight of the encoder's opinion beside that of the n-grams; chosen on phrases that neither was trained on."""


def by_ngrams(plain: str, language: str) -> Scores:
    """Return the scores of a plain text by its short runs of letters, in its language and in English."""
    columns, values = ngram_counts(both(plain, language))
    slopes, offsets = _weights("ngram")
    return _log_softmax(values @ slopes[columns].astype(np.float32) + offsets)


def by_letters(plain: str) -> Scores:
    """Return how likely a plain text is in each of `phrases.LATIN`, by its short runs of letters."""
    columns, values = ngram_counts(plain)
    slopes, offsets = _weights("latin")
    return _log_softmax(values @ slopes[columns].astype(np.float32) + offsets)


def by_encoder(vector: NDArray[np.float32]) -> Scores:
    """Return the scores of a message by its sentence vector (512 numbers, of length 1)."""
    slopes, offsets = _weights("encoder")
    return _log_softmax(vector @ slopes + offsets)


def blended(ngrams: Scores, encoder: Scores) -> Scores:
    """Return what both say together."""
    return _log_softmax((1 - _ENCODER_SHARE) * ngrams + _ENCODER_SHARE * encoder)


def both(plain: str, language: str) -> str:
    """Return a text followed by its English words, where there are any."""
    english = gloss(plain, language)
    return plain if english == plain else f"{plain} {english}"


def _log_softmax(scores: NDArray[np.float32] | Scores) -> Scores:
    wide = scores.astype(np.float64) - float(scores.max())
    total: float = np.exp(wide).sum()
    return wide - math.log(total)


@cache
def _weights(name: str) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the slopes (features × classes) and offsets (classes) of a softmax regression."""
    with np.load(WEIGHTS) as kept:
        return kept[f"{name}_slopes"], kept[f"{name}_offsets"]
