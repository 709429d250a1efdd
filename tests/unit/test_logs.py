"""Logs: no secret in them, whatever logs; text or JSON."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from bots import logs

SECRETS = {
    "known": "hunter2-of-the-operator",
    "service": "nmv_usr_AbC-123_x",
    "claim": "clm_9f8e7d",
    "telegram": "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1",
    "discord": "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs",
    "bearer": "anything.at-all",
    "redis": "user:pass-word",
}
SENTENCES = {
    "known": "value {}",
    "service": "token {} expired",
    "claim": "/claim?ct={}",
    "telegram": "https://api.telegram.org/bot{}/getMe",
    "discord": "login {}",
    "bearer": "Authorization: Bearer {}",
    "redis": "redis://{}@localhost:6379/0",
}


@pytest.fixture
def _restored() -> Iterator[None]:
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    yield
    logging.captureWarnings(capture=False)
    for handler in root.handlers:
        if handler not in before[0]:
            handler.close()
    root.handlers[:], level = before
    root.setLevel(level)


@pytest.mark.usefixtures("_restored")
@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("kind", list(SECRETS))
def test_no_secret_is_logged_in_a_message_an_argument_or_a_traceback(tmp_path: Path, form: str, kind: str) -> None:
    file = tmp_path / "log"
    logs.set_up("INFO", form, [SECRETS["known"]], file)  # type: ignore[arg-type]
    sentence = SENTENCES[kind].format(SECRETS[kind])
    logging.getLogger("any").warning("said: %s", sentence)
    try:
        raise RuntimeError(sentence)
    except RuntimeError:
        logging.getLogger("any").exception(sentence)
    text = file.read_text()
    assert text.count("[secret]") >= 3
    assert SECRETS[kind] not in text


@pytest.mark.usefixtures("_restored")
def test_json_is_one_object_a_line(tmp_path: Path) -> None:
    file = tmp_path / "log"
    logs.set_up("INFO", "json", [], file)
    logging.getLogger("bots.run").info("serving %s", "Discord", extra={"job": "7f"})
    (line,) = file.read_text("utf-8").splitlines()
    fields = json.loads(line)
    assert (fields["level"], fields["logger"], fields["message"], fields["job"]) == (
        "INFO",
        "bots.run",
        "serving Discord",
        "7f",
    )


@pytest.mark.usefixtures("_restored")
def test_libraries_keep_quiet(tmp_path: Path) -> None:
    logs.set_up("DEBUG", "text", [], tmp_path / "log")
    for name in ("httpx", "httpcore.http11", "telegram.ext", "discord.gateway"):
        logging.getLogger(name).info("news")
    logging.getLogger("bots").debug("ours")
    assert (tmp_path / "log").read_text().strip().endswith("ours")
