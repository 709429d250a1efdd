"""High dynamic range as standard range: what a phone films in HLG or PQ, for screens of BT.709.

A table of colours (a 3D LUT) does it, so that a picture costs no more than any other. It is made once a process.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

Colours = NDArray[np.float64]

_SIZE = 33
_WHITE = 203.0
"""Nits of diffuse white (ITU-R BT.2408)."""
_PEAK = 1000.0
"""Nits of the display that HLG is rendered for (ITU-R BT.2100)."""
_KNEE = 0.75
"""Share of diffuse white up to which light stays as it is; what is brighter is compressed below full white."""
_TO_BT709 = np.array(
    [[1.660491, -0.587641, -0.072850], [-0.124550, 1.132900, -0.008349], [-0.018151, -0.100579, 1.118730]]
)
"""From the primaries of BT.2020 (ITU-R BT.2087)."""
_LUMA = np.array([0.2627, 0.6780, 0.0593])

PQ, HLG = 16, 18
"""Transfer characteristics (ITU-T H.273, table 3)."""


@cache
def table(transfer: int) -> str:
    """Return the table for a transfer, `PQ` or `HLG`, as a file in the .cube format holds it."""
    steps = np.linspace(0.0, 1.0, _SIZE)
    # Red changes fastest.
    blue, green, red = np.meshgrid(steps, steps, steps, indexing="ij")
    coded = np.stack((red, green, blue), axis=-1).reshape(-1, 3)
    light = (_pq(coded) if transfer == PQ else _hlg(coded)) / _WHITE
    shown = _coded(_compressed(np.maximum(light @ _TO_BT709.T, 0.0)))
    rows = "\n".join(" ".join(f"{value:.6f}" for value in row) for row in shown)
    return f"LUT_3D_SIZE {_SIZE}\n{rows}\n"


def _pq(coded: Colours) -> Colours:
    """Return nits (SMPTE ST 2084)."""
    root = coded ** (1 / 78.84375)
    light: Colours = np.maximum(root - 0.8359375, 0.0) / (18.8515625 - 18.6875 * root)
    return 10_000.0 * light ** (1 / 0.1593017578125)


def _hlg(coded: Colours) -> Colours:
    """Return nits on the display that HLG is rendered for (ITU-R BT.2100)."""
    scene = np.where(coded <= 0.5, coded**2 / 3, (np.exp((coded - 0.55991073) / 0.17883277) + 0.28466892) / 12)
    system: Colours = np.maximum(scene @ _LUMA, 1e-9)[:, None] ** 0.2
    return _PEAK * scene * system


def _compressed(light: Colours) -> Colours:
    """Return light of at most 1; all three colours by the same factor, so that the hue stays."""
    most = np.maximum(light.max(axis=1, keepdims=True), 1e-9)
    room = 1.0 - _KNEE
    bent = np.where(most > _KNEE, _KNEE + room * (1.0 - np.exp(-(most - _KNEE) / room)), most)
    mapped: Colours = light * bent / most
    return mapped


def _coded(light: Colours) -> Colours:
    """Return the signal of BT.709."""
    return np.where(light < 0.018, 4.5 * light, 1.099 * np.maximum(light, 0.018) ** 0.45 - 0.099)
