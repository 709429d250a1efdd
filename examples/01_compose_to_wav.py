"""Compose a piece from words, play and master it, and save it as a WAV file.

    python examples/01_compose_to_wav.py "calm piano, 15 seconds" calm.wav

Needs the packages of this repository (`make install`), no server and no account.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # where nothing is installed, use this checkout

from studio import soundfont
from studio.compose import compose, describe, parse_brief, title_for
from studio.piece import make_piece

wish, out = sys.argv[1], Path(sys.argv[2])

# Words become a brief: style, length, tempo, key, mood. The same seed gives the same piece again.
brief = parse_brief(wish, seed=7).brief

# A brief becomes a score: parts with notes, in beats.
score = compose(brief)
for part in score.parts:
    print(f"{part.role:8} {part.instrument:20} {len(part.notes):5} notes")

# A score becomes sound. Without a SoundFont, the synthesisers play everything.
loudness = make_piece(score, out, soundfont=soundfont(None), progress=lambda stage, done: None)
print(f"{title_for(brief)}: {describe(score).style}, {score.bpm:.0f} BPM, {score.seconds:g} s")
print(f"{out}: {loudness.lufs:.1f} LUFS, peak {loudness.true_peak:.1f} dBTP")
