"""The page for operators says what the program has: keys, metrics, troubles, sentences of the log."""

from __future__ import annotations

import re
from pathlib import Path

from prometheus_client import Counter

from core import metrics
from core.store import keys

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "operations.md").read_text("utf-8")


def section(title: str) -> str:
    """Return the text under a heading."""
    return PAGE.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def test_the_table_of_keys_is_that_of_the_module() -> None:
    listed = re.findall(r"^\| `(\S+)` \|", section("Keys in Redis"), re.MULTILINE)
    known = re.findall(r"^    (mb1?:\S+) ", str(keys.__doc__), re.MULTILINE)
    channels = {keys.EVENTS, keys.CANCELLATIONS}
    assert sorted(listed) == sorted(set(known) - channels)
    assert all(f"`{channel}`" in section("Keys in Redis") for channel in channels)


def test_the_table_of_metrics_is_that_of_the_module() -> None:
    rows = re.findall(r"^\| `(\S+)` \| (.*?) \|", section("Metrics"), re.MULTILINE)
    labels = {name: set(re.findall(r"`(kind|outcome|stage|code|platform|what)`", cell)) for name, cell in rows}
    known = {}
    for metric in vars(metrics).values():
        if hasattr(metric, "_labelnames"):
            name = f"{metric._name}_total" if isinstance(metric, Counter) else metric._name
            known[name] = set(metric._labelnames)
    assert labels == known
