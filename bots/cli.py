"""The command line: `music-bot chat | run | gateway | worker | studio | jobs | doctor | assets`."""

from __future__ import annotations

import argparse
import asyncio
import io
import logging
import os
import secrets
import sys
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import TracebackType

from bots import __version__, logs, settings
from bots.console.speaker import locale_language
from bots.console.surface import visible
from bots.embedded import EmbeddedStudio
from bots.errors import Explained, unusable
from bots.private import UMASK
from core.errors import KeyUnusable, StoreTrouble, StoreUnavailable
from core.texts import nearest, say

log = logging.getLogger(__name__)

_LARGEST_PORT = 65535
_ROLES = {"run": (True, True), "gateway": (True, False), "worker": (False, True)}
"""Commands that serve: whether they speak with people, whether they work."""
_SHARING = {"gateway", "worker", "jobs"}
"""Commands that work on the Redis of other processes."""
INTERRUPTED = 130
"""Exit status after a Ctrl-C, 128 + SIGINT, as shells have it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    # No byte that is not text ends the program: what comes in is kept (PEP 383), what can't go out is spelt out.
    for stream, errors in ((sys.stdin, "surrogateescape"), (sys.stdout, "backslashreplace")):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=errors)
    language = nearest(locale_language())
    chosen = _parser(language).parse_args(arguments)
    try:
        configured = settings.load()
    except settings.SettingsError as error:
        wrong = [f"  {one.name}: {say(language, one.key, **one.values)}" for one in error.wrong]
        first, last = say(language, "console.wrong_settings"), say(language, "console.wrong_settings_end")
        _complain("\n".join([first, *wrong, last]))
        return 1
    sys.excepthook = partial(_unexpected, language)
    try:
        return _carry_out(chosen, configured, language)
    except KeyboardInterrupt:
        return INTERRUPTED
    except StoreUnavailable as error:
        # Roles that share one Redis are not told to do without.
        apart = "_apart" if error.trouble is StoreTrouble.AWAY and chosen.command in _SHARING else ""
        _complain(say(language, f"console.store_{error.trouble}{apart}", database=configured.redis_database))
    except KeyUnusable as error:
        _complain(say(language, "console.key_unusable", path=str(error.path)))
    except Explained as error:
        _complain(say(language, error.key, **error.values))
    except OSError as error:
        log.debug("The system refused something", exc_info=True)
        reason = error.strerror or str(error)
        _complain(say(language, "console.system_refused", reason=reason, path=str(error.filename or "?")))
    return 1


def _carry_out(chosen: argparse.Namespace, configured: settings.Settings, language: str) -> int:
    """Carry out the command; each loads only what it needs, since chat libraries and the studio load slowly."""
    if chosen.command == "assets":
        return 0 if _fetch_assets(configured, language, again=True) else 1
    if _needs_assets(chosen.command, configured):
        _fetch_assets(configured, language)
    if chosen.command == "chat":
        from bots.cli_chat import chat

        return chat(configured, language, chosen.message, chosen.file, chosen.out, as_json=chosen.json)
    quiet = chosen.command in {"doctor", "jobs"}
    logs.set_up("ERROR" if quiet else configured.log_level, configured.log_format, configured.secrets)
    if chosen.command == "studio":
        return _studio(configured, chosen.host, chosen.port, language)
    if chosen.command in _ROLES:
        from bots.run import run

        gateway, worker = _ROLES[chosen.command]
        return run(configured, language, gateway=gateway, worker=worker)
    if chosen.command == "jobs":
        from bots.cli_jobs import jobs

        return asyncio.run(jobs(configured, chosen.action, chosen.job, language))
    from bots.doctor import examine

    return asyncio.run(examine(configured, language))


def _studio(configured: settings.Settings, host: str, port: int, language: str) -> int:
    """Serve the studio alone until asked to stop."""
    from studio.serve import AddressRefused, AlreadyServing, serve

    home = EmbeddedStudio(configured.data_dir, {})
    identity = secrets.token_hex(16)
    os.umask(UMASK)

    def ready(url: str) -> None:
        home.announce(url, identity)
        sys.stdout.write(say(language, "console.studio_ready", url=url) + "\n")
        sys.stdout.flush()

    try:
        serve(configured.studio(host=host, port=port, identity=identity), ready=ready, unwanted=home.close_to_users)
    except AlreadyServing:
        _complain(say(language, "console.studio_taken", url=home.url or "?", folder=str(home.folder)))
        return 1
    except AddressRefused as error:
        raise unusable(host, port, error.cause, settings=("--host", "--port")) from error
    return 0


def _needs_assets(command: str, configured: settings.Settings) -> bool:
    """Return whether this command makes music on this machine, so that what it plays with is fetched first."""
    if command in {"run", "gateway"}:
        from bots.platforms import names

        plays = configured.starts_studio and bool(names(configured))
    else:
        plays = command == "studio" or (command in {"chat", "worker"} and configured.starts_studio)
    return plays and configured.studio_options.fetch_assets


def _fetch_assets(configured: settings.Settings, language: str, *, again: bool = False) -> bool:
    from rich.console import Console

    from studio import fetch_assets

    return fetch_assets(Console(stderr=True), language, wanted=configured.studio_options.soundfont, again=again)


def _parser(language: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="music-bot", description=say(language, "console.help_program"))
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str) -> argparse.ArgumentParser:
        text = say(language, f"console.help_{name}")
        return commands.add_parser(name, help=text, description=text)

    chat = command("chat")
    chat.add_argument("message", nargs="?", metavar="MESSAGE", help=say(language, "console.help_message"))
    chat.add_argument("--out", type=Path, default=Path(), metavar="DIR", help=say(language, "console.help_out"))
    chat.add_argument(
        "--file", type=Path, action="append", default=[], metavar="PATH", help=say(language, "console.help_file")
    )
    chat.add_argument("--json", action="store_true", help=say(language, "console.help_json"))
    for role in _ROLES:
        command(role)
    studio = command("studio")
    studio.add_argument("--host", default="127.0.0.1", help=say(language, "console.help_host"))
    studio.add_argument("--port", type=_port, default=0, metavar="N", help=say(language, "console.help_port"))
    jobs = command("jobs")
    jobs.add_argument("action", choices=("list", "show", "requeue"), nargs="?", default="list")
    jobs.add_argument("job", nargs="?", metavar="JOB", help=say(language, "console.help_job"))
    command("doctor")
    command("assets")
    return parser


def _port(text: str) -> int:
    with suppress(ValueError):
        if 0 <= (port := int(text)) <= _LARGEST_PORT:
            return port
    raise argparse.ArgumentTypeError(f"0 to {_LARGEST_PORT}")


def _complain(text: str) -> None:
    sys.stderr.write(visible(text) + "\n")


def _unexpected(language: str, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Turn what nobody foresaw into a reference for the person and a line with all details in the log."""
    reference = secrets.token_hex(2)
    log.critical("Command failed, reference %s", reference, exc_info=(kind, error, trace))
    _complain(say(language, "console.unexpected", reference=reference))
