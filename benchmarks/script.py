"""What a person would script today: the same score as MIDI through fluidsynth and ffmpeg on the command line."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import mido
from PIL import Image

from benchmarks.track import prompt
from studio.assets import soundfont
from studio.compose import compose, parse_brief
from studio.domain import Score
from studio.instruments import INSTRUMENTS

TICKS = 480


@dataclass(frozen=True, slots=True)
class Run:
    """Seconds of the script's two steps."""

    sound: float
    film: float

    @property
    def total(self) -> float:
        """Seconds from score to MP4."""
        return self.sound + self.film


def _tracks(score: Score, file: mido.MidiFile) -> None:
    channels = iter([*range(9), *range(10, 16)])
    for part in score.parts:
        player = INSTRUMENTS[part.instrument]
        channel = 9 if player.kit else next(channels)
        events = [(round(note.start * TICKS), note, True) for note in part.notes]
        events += [(round((note.start + note.length) * TICKS), note, False) for note in part.notes]
        line = mido.MidiTrack()
        line.append(mido.Message("program_change", channel=channel, program=player.program or 0))
        now = 0
        for tick, note, starts in sorted(events, key=lambda event: (event[0], event[2])):
            velocity = max(1, min(127, round(note.velocity * 127))) if starts else 0
            line.append(
                mido.Message("note_on", channel=channel, note=note.pitch, velocity=velocity, time=max(0, tick - now))
            )
            now = max(now, tick)
        file.tracks.append(line)


def write_midi(score: Score, path: Path) -> None:
    """Write the score as a type 1 MIDI file; players of the built-in synthesisers become General MIDI pianos."""
    file = mido.MidiFile(ticks_per_beat=TICKS)
    head = mido.MidiTrack()
    head.append(mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(score.bpm)))
    file.tracks.append(head)
    _tracks(score, file)
    file.save(path)


def measure(length: int) -> Run | None:
    """Run the script for `length` seconds of music; None where the tools or the SoundFont are missing."""
    font = soundfont(None)
    if not shutil.which("fluidsynth") or not shutil.which("ffmpeg") or font is None:
        return None
    with tempfile.TemporaryDirectory() as directory:
        here = Path(directory)
        write_midi(compose(parse_brief(prompt(length)).brief), here / "score.mid")
        Image.new("RGB", (1920, 1080), (32, 24, 64)).save(here / "cover.png")
        began = time.monotonic()
        _call("fluidsynth", "-ni", "-q", "-r", "48000", "-F", "sound.wav", str(font), "score.mid", folder=here)
        played = time.monotonic()
        still = ["-loop", "1", "-framerate", "30", "-i", "cover.png", "-i", "sound.wav", "-t", str(length)]
        sound = ["-af", "loudnorm=I=-14:TP=-1", "-ar", "48000", "-c:a", "aac", "-b:a", "192k"]
        picture = ["-c:v", "libx264", "-preset", "veryfast", "-tune", "stillimage", "-pix_fmt", "yuv420p"]
        _call(
            "ffmpeg", "-v", "error", "-y", *still, *sound, *picture, "-movflags", "+faststart", "out.mp4", folder=here
        )
        return Run(played - began, time.monotonic() - played)


def _call(*command: str, folder: Path) -> None:
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, timeout=600)


def versions() -> str:
    """Say which tools the script used."""
    if not shutil.which("fluidsynth") or not shutil.which("ffmpeg"):
        return "`fluidsynth` or `ffmpeg` is not installed here, so the script was not run."
    said = [
        subprocess.run([tool, flag], capture_output=True, text=True, check=True).stdout.splitlines()[0]
        for tool, flag in (("fluidsynth", "--version"), ("ffmpeg", "-version"))
    ]
    return "Script: " + "; ".join(said) + "."
