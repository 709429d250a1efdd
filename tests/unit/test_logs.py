"""Logs: no secret in them, whatever logs; text or JSON."""

from __future__ import annotations

import json
import logging
import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from bots import logs
from core.tracing import about

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


@pytest.fixture(autouse=True)
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


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("kind", list(SECRETS))
def test_no_secret_is_logged_in_a_message_an_argument_or_a_traceback(tmp_path: Path, form: str, kind: str) -> None:
    file = tmp_path / "log"
    logs.set_up("DEBUG", form, [SECRETS["known"]], file)  # type: ignore[arg-type]
    sentence = SENTENCES[kind].format(SECRETS[kind])
    logging.getLogger("any").warning("said: %s", sentence)
    try:
        raise RuntimeError(sentence)
    except RuntimeError:
        logging.getLogger("any").exception(sentence)
    text = file.read_text()
    assert text.count("[secret]") >= 3
    assert SECRETS[kind] not in text


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("level", ["INFO", "DEBUG"])
def test_an_exception_that_quotes_a_person_is_told_by_kind_and_place(tmp_path: Path, form: str, level: str) -> None:
    file = tmp_path / "log"
    logs.set_up(level, form, [], file)  # type: ignore[arg-type]
    try:
        try:
            raise ValueError("a song for my secret love")
        except ValueError as error:
            raise RuntimeError("said: a song for my secret love") from error
    except RuntimeError:
        logging.getLogger("any").exception("unexpected, reference 7f3a")
    text = file.read_text()
    assert ("secret love" in text) == (level == "DEBUG")
    for part in ("7f3a", "RuntimeError", "ValueError", "test_logs.py"):
        assert part in text


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("secret", ['quo"ted\\pass', "per%40cent"])
def test_a_secret_is_found_in_every_spelling(tmp_path: Path, form: str, secret: str) -> None:
    file = tmp_path / "log"
    logs.set_up("INFO", form, [secret], file)  # type: ignore[arg-type]
    logging.getLogger("any").warning("%s and %s", secret, unquote(secret))
    assert file.read_text().count("[secret]") == 2


def test_a_log_file_is_private_also_where_it_was_not_and_after_it_turned(tmp_path: Path) -> None:
    file = tmp_path / "log"
    file.write_text("old\n")
    file.chmod(0o644)
    logs.set_up("INFO", "text", [], file)
    for _ in range(40):
        logging.getLogger("any").warning("x" * 50_000)
    written = list(tmp_path.iterdir())
    assert len(written) == 2
    assert {stat.S_IMODE(one.stat().st_mode) for one in written} == {0o600}


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


def test_libraries_keep_quiet(tmp_path: Path) -> None:
    logs.set_up("DEBUG", "text", [], tmp_path / "log")
    for name in ("httpx", "httpcore.http11", "telegram.ext", "discord.gateway"):
        logging.getLogger(name).info("news")
    logging.getLogger("bots").debug("ours")
    assert (tmp_path / "log").read_text().strip().endswith("ours")


def test_every_line_of_a_job_carries_its_id_whoever_wrote_it(tmp_path: Path) -> None:
    log = logging.getLogger("any.library")
    for form in ("json", "text"):
        logs.set_up("INFO", form, [], tmp_path / form)  # type: ignore[arg-type]
        with about("1234abcd"):
            log.warning("something happened")
        log.warning("something else")
        log.warning("named", extra={"job": "of-the-line"})
    lines = [json.loads(line) for line in (tmp_path / "json").read_text().splitlines()]
    assert [line.get("job") for line in lines] == ["1234abcd", None, "of-the-line"]
    text = (tmp_path / "text").read_text().splitlines()
    assert [line.partition(": ")[2] for line in text] == [
        "something happened (job 1234abcd)", "something else", "named (job of-the-line)",
    ]  # fmt: skip
