"""The instruments that a score may use and that `studio.sound` can play."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Instrument:
    """One instrument."""

    name: str
    patch: str
    """The built-in synthesiser's patch, which plays where there is no SoundFont or no `program`."""
    program: int | None = None
    """The 0-based General MIDI program of the SoundFont; None where the synthesiser sounds better."""
    kit: bool = False
    """Whether it is a drum kit (bank 128)."""
    low: int = 24
    """The lowest MIDI pitch that sounds right."""
    high: int = 96
    """The highest MIDI pitch that sounds right."""


_ALL = (
    # keys and mallets
    Instrument("grand piano", "piano", 0, low=24, high=103),
    Instrument("bright piano", "piano", 1, low=24, high=103),
    Instrument("electric piano", "epiano", 4, low=28, high=96),
    Instrument("soft electric piano", "epiano", 5, low=28, high=96),
    Instrument("celesta", "bell", 8, low=60, high=103),
    Instrument("music box", "bell", 10, low=60, high=96),
    Instrument("vibraphone", "mallet", 11, low=53, high=89),
    Instrument("marimba", "mallet", 12, low=45, high=96),
    Instrument("organ", "organ", 16, low=36, high=91),
    Instrument("accordion", "organ", 21, low=48, high=88),
    # guitars and basses
    Instrument("nylon guitar", "pluck", 24, low=40, high=84),
    Instrument("steel guitar", "pluck", 25, low=40, high=86),
    Instrument("jazz guitar", "pluck", 26, low=40, high=86),
    Instrument("clean guitar", "pluck", 27, low=40, high=86),
    Instrument("muted guitar", "pluck", 28, low=40, high=86),
    Instrument("drive guitar", "drive", 29, low=40, high=86),
    Instrument("ukulele", "pluck", 24, low=55, high=84),
    Instrument("upright bass", "bass", 32, low=28, high=55),
    Instrument("finger bass", "bass", 33, low=28, high=55),
    Instrument("pick bass", "bass", 34, low=28, high=55),
    # orchestra
    Instrument("violin", "strings", 40, low=55, high=96),
    Instrument("cello", "strings", 42, low=36, high=76),
    Instrument("pizzicato", "pluck", 45, low=36, high=91),
    Instrument("harp", "pluck", 46, low=36, high=96),
    Instrument("timpani", "drum", 47, low=36, high=57),
    Instrument("strings", "strings", 48, low=28, high=96),
    Instrument("slow strings", "strings", 49, low=28, high=96),
    Instrument("choir", "choir", 52, low=41, high=79),
    Instrument("trumpet", "brass", 56, low=54, high=86),
    Instrument("trombone", "brass", 57, low=36, high=70),
    Instrument("muted trumpet", "brass", 59, low=54, high=82),
    Instrument("horn", "brass", 60, low=41, high=77),
    Instrument("brass section", "brass", 61, low=36, high=84),
    Instrument("soprano sax", "reed", 64, low=54, high=87),
    Instrument("tenor sax", "reed", 66, low=42, high=75),
    Instrument("oboe", "reed", 68, low=58, high=91),
    Instrument("clarinet", "reed", 71, low=50, high=91),
    Instrument("flute", "flute", 73, low=60, high=96),
    Instrument("pan flute", "flute", 75, low=60, high=96),
    Instrument("whistle", "flute", 78, low=60, high=96),
    # far away
    Instrument("sitar", "pluck", 104, low=48, high=77),
    Instrument("koto", "pluck", 107, low=44, high=84),
    Instrument("kalimba", "mallet", 108, low=48, high=84),
    Instrument("steel drums", "mallet", 114, low=52, high=76),
    # synthesisers: built in, no SoundFont
    Instrument("sub bass", "sub", low=24, high=52),
    Instrument("808 bass", "eight", low=24, high=52),
    Instrument("saw bass", "sawbass", low=24, high=55),
    Instrument("reese bass", "reese", low=24, high=55),
    Instrument("acid bass", "acid", low=28, high=60),
    Instrument("chip lead", "chip", low=48, high=96),
    Instrument("chip bass", "chip", low=28, high=60),
    Instrument("saw lead", "sawlead", low=48, high=96),
    Instrument("soft lead", "softlead", low=48, high=96),
    Instrument("supersaw", "supersaw", low=36, high=96),
    Instrument("synth pluck", "synthpluck", low=36, high=100),
    Instrument("warm pad", "warmpad", low=28, high=91),
    Instrument("glass pad", "glasspad", low=36, high=96),
    Instrument("dark drone", "drone", low=24, high=60),
    Instrument("riser", "riser", low=0, high=127),
    Instrument("impact", "impact", low=0, high=127),
    # drum kits; keys are those of General MIDI
    Instrument("standard kit", "kit acoustic", 0, kit=True, low=27, high=87),
    Instrument("room kit", "kit acoustic", 8, kit=True, low=27, high=87),
    Instrument("power kit", "kit acoustic", 16, kit=True, low=27, high=87),
    Instrument("jazz kit", "kit acoustic", 32, kit=True, low=27, high=87),
    Instrument("brush kit", "kit acoustic", 40, kit=True, low=27, high=87),
    Instrument("orchestra kit", "kit epic", 48, kit=True, low=27, high=87),
    Instrument("house kit", "kit house", kit=True, low=27, high=87),
    Instrument("808 kit", "kit 808", kit=True, low=27, high=87),
    Instrument("lofi kit", "kit lofi", kit=True, low=27, high=87),
    Instrument("chip kit", "kit chip", kit=True, low=27, high=87),
    Instrument("epic drums", "kit epic", kit=True, low=27, high=87),
)

INSTRUMENTS: dict[str, Instrument] = {instrument.name: instrument for instrument in _ALL}
