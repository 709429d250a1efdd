"""The terminal, whole: processes, an embedded store, an embedded studio, and files that are measured."""

from __future__ import annotations

import asyncio
import os
import pty
import re
import select
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

import psutil
import pyloudnorm
import pytest

from bots.embedded.server import is_held
from tests.support.decode import length, watch
from tests.support.program import PATIENCE, Ended, Program, ended
from tests.support.scripted_api import CREDITS, RUN, Answer, everyday_service, reply


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Program, Ended]:
    """One person's machine, on which a first piece was made, and what that showed."""
    program = Program(tmp_path_factory.mktemp("home"))
    return program, program.chat("--json", "/music upbeat energetic 5s")


@pytest.fixture(scope="module")
def program(made: tuple[Program, Ended]) -> Program:
    """The machine with that piece on it."""
    return made[0]


def one(shown: list[dict[str, object]], kind: str) -> dict[str, object]:
    (item,) = (item for item in shown if item["kind"] == kind)
    return item


def test_one_message_gives_one_finished_file(made: tuple[Program, Ended]) -> None:
    program, answer = made
    assert (answer.status, answer.err) == (0, "")
    assert {item["kind"] for item in answer.shown} <= {"progress", "text", "picture", "file", "buttons"}
    file = one(answer.shown, "file")
    path = Path(str(file["path"]))
    facts = file["facts"]
    assert isinstance(facts, dict)
    assert path == program.out / f"{str(facts['title']).lower().replace(' ', '-')}.mp4"
    assert (file["mime"], file["bytes"]) == ("video/mp4", path.stat().st_size)
    assert file["seconds"] == pytest.approx(5.0, abs=0.05)
    sound = watch(path).sound
    assert length(path) == pytest.approx(5.0, abs=1e-6)
    assert len(sound) / 48_000 == pytest.approx(5.0, abs=1024 / 48_000)
    assert pyloudnorm.Meter(48_000).integrated_loudness(sound) == pytest.approx(-14.0, abs=0.5)
    assert "nmv_usr_" not in answer.out


def test_the_next_process_goes_on_with_the_same_piece(program: Program) -> None:
    answer = program.chat("/status")
    assert answer.status == 0, answer.err
    assert "Timeline (" in answer.out
    before = set(program.out.iterdir())
    exported = program.chat("导出")
    assert exported.status == 0, exported.err
    (saved,) = re.findall(r"^saved (.*)$", exported.out, re.MULTILINE)
    assert set(program.out.iterdir()) == before | {Path(saved)} != before


def test_a_pipe_is_read_line_by_line_and_its_status_is_that_of_a_conversation(program: Program) -> None:
    answer = program.chat(typed="how many credits do I have left?\n\n/help\n")
    assert answer.status == 0, answer.err
    credits_at, help_at = answer.out.find("99"), answer.out.find("/music")
    assert -1 < credits_at < help_at


def test_nothing_to_export_is_refused_with_status_1(tmp_path: Path) -> None:
    answer = Program(tmp_path).chat("/export")
    assert answer.status == 1, answer.out
    assert answer.out.strip()
    assert answer.err == ""


def composing(program: Program) -> subprocess.Popen[str]:
    """Start a conversation that asks for a piece, and wait until that is being made."""
    process = program.start("chat", "--out", str(program.out), "/music calm piano 5s")
    assert process.stdout
    while "Composing" not in (line := process.stdout.readline()):
        assert line, process.communicate()
    return process


@pytest.mark.parametrize(
    ("signals", "status"),
    [([signal.SIGINT], 130), ([signal.SIGINT] * 2, 130), ([signal.SIGTERM], 128 + signal.SIGTERM)],
)
def test_who_is_asked_to_end_cancels_what_runs_and_leaves_nothing_embedded(
    tmp_path: Path, signals: list[signal.Signals], status: int
) -> None:
    program = Program(tmp_path, STUDIO_QUIRK_SLOW_STAGE="20")
    process = composing(program)
    for number in signals:
        process.send_signal(number)
    end = ended(process)
    assert end.status == status, end.out + end.err
    assert not list(program.out.glob("*.mp4"))
    assert not is_held(program.data / "valkey" / "server.lock")


FROZEN = Answer(200, {}, before=asyncio.Event())


@pytest.mark.parametrize(
    ("wish", "way", "answer"),
    [
        ("/credits", ("GET", CREDITS), reply({}, 503)),
        ("/credits", ("GET", CREDITS), FROZEN),
        ("/music calm piano", ("POST", RUN), FROZEN),
    ],
    ids=["between two attempts", "in a call", "in a run"],
)
async def test_who_is_asked_to_end_while_the_service_is_frozen_tells_no_fault(
    tmp_path: Path, wish: str, way: tuple[str, str], answer: Answer
) -> None:
    async with everyday_service() as api:
        api.on(*way, answer)
        cloud = {"BACKEND": "cloud", "NEMO_API_URL": api.url, "NEMO_WEB_URL": "https://people.example"}
        program = Program(tmp_path, **cloud)
        process = program.start("chat", "--out", str(program.out), wish)
        await asyncio.wait_for(api.receive(*way), PATIENCE)
        process.send_signal(signal.SIGTERM)
        end = await asyncio.to_thread(ended, process)
    assert end.status == 128 + signal.SIGTERM
    assert "went wrong" not in end.out + end.err
    assert "reference" not in (program.data / "chat.log").read_text().lower()


def test_what_can_not_be_read_or_saved_is_said_before_anything_starts(tmp_path: Path) -> None:
    program = Program(tmp_path)
    program.out.write_text("a file is in the way")
    lost, blocked = program.chat("--file", "nowhere.mp4", "piano under this"), program.chat("/music calm piano 5s")
    assert (lost.status, blocked.status) == (1, 1)
    assert "nowhere.mp4" in lost.err
    assert str(program.out) in blocked.err
    assert "--out" in blocked.err
    assert not program.data.exists()


def test_a_command_that_takes_no_file_says_so(program: Program) -> None:
    clip = program.home / "clip.mp4"
    clip.write_bytes(b"any")
    answer = program.chat("--file", str(clip), "/credits")
    assert answer.status == 0, answer.err
    assert "clip.mp4 was not used" in answer.out


@pytest.mark.parametrize("command", ["chat", "run", "studio", "doctor"])
def test_wrong_settings_are_all_named_in_the_language_of_the_locale_and_nothing_starts(
    tmp_path: Path, command: str
) -> None:
    program = Program(tmp_path, LANG="zh_CN.UTF-8", LOG_FORMAT="xml", TELEGRAM_TOKEN="secret-nonsense")
    answer = program.run(command)
    assert answer.status == 1
    for part in ("LOG_FORMAT", "TELEGRAM_TOKEN", "必须是"):
        assert part in answer.err
    assert "secret-nonsense" not in answer.err
    assert not program.data.exists()


def test_a_damaged_key_is_said_with_the_way_to_mend_it(tmp_path: Path) -> None:
    program = Program(tmp_path)
    program.data.mkdir()
    key = program.data / "secret.key"
    key.write_bytes(b"short")
    chat, doctor = program.chat("/help"), program.run("doctor")
    assert (chat.status, doctor.status) == (1, 1)
    for said in (chat.err, doctor.out):
        assert str(key) in said
        assert "move the file away" in said
    assert doctor.out.count("✗") == 2  # the key's, and the closing line's hint
    assert key.read_bytes() == b"short"


def test_a_data_directory_that_stood_open_is_closed_to_others(tmp_path: Path) -> None:
    program = Program(tmp_path, LOG_LEVEL="DEBUG")
    (program.data / "work").mkdir(parents=True)
    for name in ("chat.log", "console.json", "history"):
        (program.data / name).touch()
        (program.data / name).chmod(0o644)
    for folder in (program.data, program.data / "work"):
        folder.chmod(0o755)
    assert program.chat("/credits").status == 0
    entries = [program.data, *program.data.rglob("*")]
    open_to_others = [path for path in entries if not path.is_symlink() and path.stat().st_mode & 0o077]
    assert open_to_others == [program.data / "history"]  # which only a conversation on a terminal opens


def test_a_data_directory_that_can_not_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    program = Program(tmp_path, DATA_DIR=str(tmp_path / "file" / "data"))
    chat, doctor = program.chat("/help"), program.run("doctor")
    assert (chat.status, doctor.status) == (1, 1)
    assert "Check DATA_DIR, the rights and the free space." in chat.err
    assert "Set DATA_DIR to a folder that you may write to." in doctor.out
    for said in (chat.err, doctor.err):
        assert "Traceback" not in said


def test_two_terminals_on_one_data_directory_are_served_side_by_side(tmp_path: Path) -> None:
    """Both are the same person at the same studio: two pieces, one balance."""
    program = Program(tmp_path)
    wishes = ("/music calm piano 5s", "/music upbeat pop 5s")
    both = [program.start("chat", "--json", "--out", str(program.out), wish) for wish in wishes]
    answers = [ended(process) for process in both]
    assert [answer.status for answer in answers] == [0, 0], [answer.err for answer in answers]
    assert len({one(answer.shown, "file")["path"] for answer in answers}) == 2
    assert "98 credits" in program.chat("/credits").out


class Terminal:
    """A conversation on a pseudo terminal."""

    def __init__(self, program: Program) -> None:
        self._own, other = pty.openpty()
        program.environment["TERM"] = "xterm-256color"
        self.process = program.start("chat", "--out", str(program.out), stdin=other, out=other)
        os.close(other)
        self.seen = ""

    def type(self, keys: str) -> None:
        os.write(self._own, keys.encode())

    def expect(self, *texts: str) -> None:
        """Wait until these were drawn one after the other; colours and movements do not count."""
        for text in texts:
            while text not in self.seen:
                ready, _, _ = select.select([self._own], [], [], PATIENCE)
                assert ready, self.seen
                drawn = os.read(self._own, 65536).decode("utf-8", "replace")
                self.seen += re.sub(r"\x1b(\[[0-9;?]*[A-Za-z]|[=>])", "", drawn)
            self.seen = self.seen.split(text, 1)[1]

    def status(self) -> int:
        """Wait for the end and return the exit status."""
        with suppress(OSError):  # how Linux says that the other side has hung up
            while os.read(self._own, 65536):
                pass
        os.close(self._own)
        return self.process.wait(PATIENCE)


def test_a_conversation_on_a_terminal(tmp_path: Path) -> None:
    terminal = Terminal(Program(tmp_path))
    terminal.expect("Starting up", "Ctrl-D leaves")
    terminal.type("/music upbeat energetic 5s\r")
    # A stage may be over before it is drawn; a key that is pressed while no prompt reads is the terminal's, not ours.
    terminal.expect("is ready", "saved ", "›")
    terminal.type("\x03")
    terminal.expect("once more", "›")
    terminal.type("\x04")
    assert terminal.status() == 0
    history = tmp_path / "data" / "history"
    assert "/music upbeat energetic 5s" in history.read_text()
    assert history.stat().st_mode & 0o077 == 0
    assert len(list((tmp_path / "out").glob("*.mp4"))) == 1


@pytest.mark.parametrize("everything", [False, True])
def test_what_a_killed_conversation_left_is_finished_by_the_next_one_and_paid_once(
    tmp_path: Path, everything: bool
) -> None:
    program = Program(tmp_path, STUDIO_QUIRK_SLOW_STAGE="2")
    process = composing(program)
    process.kill()
    killed = 0
    for embedded in psutil.process_iter(["cwd"]) if everything else ():
        if (embedded.info["cwd"] or "").startswith(str(program.data)):
            killed += 1
            embedded.kill()
    assert not everything or killed >= 2  # the store, the studio and what it had at work
    process.communicate()
    terminal = Terminal(program)
    terminal.expect("Ctrl-D leaves", "saved ", "›")
    terminal.type("\x04")
    assert terminal.status() == 0
    assert len(list(program.out.glob("*.mp4"))) == 1
    assert "99 credits" in program.chat("/credits").out


@pytest.mark.slow
def test_a_conversation_is_left_by_ctrl_c_twice_while_something_runs(tmp_path: Path) -> None:
    terminal = Terminal(Program(tmp_path, STUDIO_QUIRK_SLOW_STAGE="20"))
    terminal.expect("Ctrl-D leaves")
    terminal.type("calm piano 5s\r")
    terminal.expect("Composing")
    terminal.type("\x03\x03")
    assert terminal.status() == 0
