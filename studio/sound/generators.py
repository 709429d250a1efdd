"""The generators of a SoundFont: numbers, defaults and limits (SoundFont 2.04, section 8.1)."""

from __future__ import annotations

from enum import IntEnum


class Generator(IntEnum):
    """What a zone may set. Times are in timecents, pitches and cutoffs in cents, levels in centibels."""

    START_OFFSET = 0
    END_OFFSET = 1
    LOOP_START_OFFSET = 2
    LOOP_END_OFFSET = 3
    START_OFFSET_COARSE = 4
    MOD_LFO_TO_PITCH = 5
    VIB_LFO_TO_PITCH = 6
    MOD_ENV_TO_PITCH = 7
    FILTER_CUTOFF = 8
    FILTER_RESONANCE = 9
    MOD_LFO_TO_CUTOFF = 10
    MOD_ENV_TO_CUTOFF = 11
    END_OFFSET_COARSE = 12
    MOD_LFO_TO_VOLUME = 13
    PAN = 17
    MOD_LFO_DELAY = 21
    MOD_LFO_FREQUENCY = 22
    VIB_LFO_DELAY = 23
    VIB_LFO_FREQUENCY = 24
    MOD_ENV_DELAY = 25
    MOD_ENV_ATTACK = 26
    MOD_ENV_HOLD = 27
    MOD_ENV_DECAY = 28
    MOD_ENV_SUSTAIN = 29
    MOD_ENV_RELEASE = 30
    KEY_TO_MOD_ENV_HOLD = 31
    KEY_TO_MOD_ENV_DECAY = 32
    VOL_ENV_DELAY = 33
    VOL_ENV_ATTACK = 34
    VOL_ENV_HOLD = 35
    VOL_ENV_DECAY = 36
    VOL_ENV_SUSTAIN = 37
    VOL_ENV_RELEASE = 38
    KEY_TO_VOL_ENV_HOLD = 39
    KEY_TO_VOL_ENV_DECAY = 40
    INSTRUMENT = 41
    KEY_RANGE = 43
    VELOCITY_RANGE = 44
    LOOP_START_OFFSET_COARSE = 45
    FIXED_KEY = 46
    FIXED_VELOCITY = 47
    ATTENUATION = 48
    LOOP_END_OFFSET_COARSE = 50
    COARSE_TUNE = 51
    FINE_TUNE = 52
    SAMPLE = 53
    SAMPLE_MODES = 54
    SCALE_TUNING = 56
    EXCLUSIVE_CLASS = 57
    ROOT_KEY = 58


_G = Generator
_TIMES = (
    _G.MOD_LFO_DELAY,
    _G.VIB_LFO_DELAY,
    _G.MOD_ENV_DELAY,
    _G.MOD_ENV_ATTACK,
    _G.MOD_ENV_HOLD,
    _G.MOD_ENV_DECAY,
    _G.MOD_ENV_RELEASE,
    _G.VOL_ENV_DELAY,
    _G.VOL_ENV_ATTACK,
    _G.VOL_ENV_HOLD,
    _G.VOL_ENV_DECAY,
    _G.VOL_ENV_RELEASE,
)

DEFAULTS: dict[int, float] = {
    **dict.fromkeys(_TIMES, -12_000.0),
    _G.FILTER_CUTOFF: 13_500.0,
    _G.SCALE_TUNING: 100.0,
    _G.ROOT_KEY: -1.0,
}
"""Values of generators that a font does not set, where that is not 0."""

LIMITS: dict[int, tuple[float, float]] = {
    **dict.fromkeys(_TIMES, (-12_000.0, 8000.0)),
    **dict.fromkeys((_G.MOD_LFO_TO_PITCH, _G.VIB_LFO_TO_PITCH, _G.MOD_ENV_TO_PITCH), (-12_000.0, 12_000.0)),
    **dict.fromkeys((_G.MOD_LFO_TO_CUTOFF, _G.MOD_ENV_TO_CUTOFF), (-12_000.0, 12_000.0)),
    _G.FILTER_CUTOFF: (1500.0, 13_500.0),
    _G.FILTER_RESONANCE: (0.0, 960.0),
    _G.MOD_LFO_TO_VOLUME: (-960.0, 960.0),
    _G.PAN: (-500.0, 500.0),
    _G.MOD_LFO_FREQUENCY: (-16_000.0, 4500.0),
    _G.VIB_LFO_FREQUENCY: (-16_000.0, 4500.0),
    _G.MOD_ENV_SUSTAIN: (0.0, 1000.0),
    _G.VOL_ENV_SUSTAIN: (0.0, 1440.0),
    _G.ATTENUATION: (0.0, 1440.0),
}

NOT_ADDED = frozenset({_G.INSTRUMENT, _G.KEY_RANGE, _G.VELOCITY_RANGE, _G.SAMPLE})
"""They choose zones and are no values of a sound."""

INSTRUMENT_ONLY = frozenset(
    {
        _G.START_OFFSET,
        _G.END_OFFSET,
        _G.LOOP_START_OFFSET,
        _G.LOOP_END_OFFSET,
        _G.START_OFFSET_COARSE,
        _G.END_OFFSET_COARSE,
        _G.LOOP_START_OFFSET_COARSE,
        _G.LOOP_END_OFFSET_COARSE,
        _G.FIXED_KEY,
        _G.FIXED_VELOCITY,
        _G.SAMPLE_MODES,
        _G.EXCLUSIVE_CLASS,
        _G.ROOT_KEY,
    }
)
"""A preset's zone may not set them (section 8.5); if it does, it is ignored."""
