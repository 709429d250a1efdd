"""The page for operators says what the program has: keys, metrics, troubles, sentences of the log."""

from __future__ import annotations

import re
from pathlib import Path

from prometheus_client import Counter

from core import metrics
from core.errors import StoreTrouble
from core.store import keys
from core.texts import catalogue

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "operations.md").read_text("utf-8")


def section(title: str) -> str:
    """Return the text under a heading."""
    return PAGE.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def test_the_table_of_keys_is_that_of_the_module() -> None:
    listed = re.findall(r"^\| `(\S+)` \|", section("Keys in Redis"), re.MULTILINE)
    known = re.findall(r"^    (mb1?:\S+) ", str(keys.__doc__), re.MULTILINE)
    channels = {keys.NEWS, keys.STOPS}
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


def test_every_metric_of_an_alarm_exists() -> None:
    named = set(re.findall(r"`(bot_\w+)", section("Alarms")))
    assert len(named) > 5
    assert named <= set(re.findall(r"^\| `(bot_\w+)` \|", section("Metrics"), re.MULTILINE))


def test_every_trouble_of_the_store_is_a_bad_day_by_what_is_really_printed() -> None:
    texts = catalogue("en")
    signs = re.findall(r"^\| (.*?) \|", section("Bad days"), re.MULTILINE)
    for trouble in StoreTrouble:
        sentence = str(texts[f"console.store_{trouble}"])
        quoted = [quote for sign in signs for quote in re.findall(r'"(.+?)"', sign) if sentence.startswith(quote)]
        assert quoted or any(f"`Redis: {trouble}`" in sign for sign in signs), trouble
    starts = [quote for sign in signs for quote in re.findall(r'"(.+?)" at the start', sign)]
    assert len(starts) >= 4
    for start in starts:
        assert any(str(text).startswith(start) for key, text in texts.items() if "store_" in key), start


def test_the_signs_in_the_log_are_what_the_program_writes() -> None:
    paths = [path for package in ("core", "media") for path in (ROOT / package).rglob("*.py")]
    source = "\n".join(path.read_text("utf-8") for path in paths)
    signs = [sign for sign in re.findall(r"`([A-Z][^`]+)`", section("Bad days")) if " " in sign and ":" not in sign]
    assert len(signs) >= 5
    for sign in signs:
        assert sign in source, sign
