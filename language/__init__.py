"""What people mean, in twelve languages. A leaf: it knows neither the bot nor the studio."""

from language.detection import language_of
from language.encoder import Encoder
from language.gloss import gloss
from language.phrases import LANGUAGES, MAKING, Meaning
from language.reader import Reader, Reading
from language.several import several

__all__ = ["LANGUAGES", "MAKING", "Encoder", "Meaning", "Reader", "Reading", "gloss", "language_of", "several"]
