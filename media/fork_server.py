"""The process that forks `media.child`: it imports the decoders once, never opens a file, and ends with its client.

The client (`media.sandbox`) passes one end of a socket pair per request and writes the request to the other end, a line
of JSON. The server forks a child for it, which writes an empty line when it begins, and its answer. When the child is
gone, the server adds the exit status in a line of its own and closes the connection. If the client hangs up earlier,
the server kills the child.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import socket
import sys
from dataclasses import dataclass

from media import child
from media.sandbox import ProcessLimits

_LARGEST_READ = 64 * 1024


@dataclass(slots=True, eq=False)
class _ChildRequest:
    """A client's connection, the line as far as it has been read, and the child's number, 0 before there is one."""

    connection: socket.socket
    line: bytes = b""
    pid: int = 0


class ForkServer:
    """Forks a child per connection that comes over `control`. It has one thread only: a fork copies no other."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._requests: set[_ChildRequest] = set()
        self._selector = selectors.DefaultSelector()
        self._child_ended, self._wakeup = socket.socketpair()
        self._child_ended.setblocking(False)  # noqa: FBT003 - the standard library's way
        self._wakeup.setblocking(False)  # noqa: FBT003
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wakeup.fileno(), warn_on_full_buffer=False)
        self._selector.register(control, selectors.EVENT_READ)
        self._selector.register(self._child_ended, selectors.EVENT_READ)

    def serve(self) -> None:
        """Fork children until the client is gone; kill those that still run then."""
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is self._child_ended:
                    self._reap()
                elif key.fileobj is self._control:
                    if not self._accept():
                        self._kill_all()
                        return
                elif key.data in self._requests:
                    self._read(key.data)

    def _accept(self) -> bool:
        """Take a connection; return False where the client is gone."""
        received, descriptors, _, _ = socket.recv_fds(self._control, 1, 1)
        for descriptor in descriptors:
            request = _ChildRequest(socket.socket(fileno=descriptor))
            self._requests.add(request)
            self._selector.register(request.connection, selectors.EVENT_READ, request)
        return bool(received)

    def _read(self, request: _ChildRequest) -> None:
        """Read the next part of a request, or that the client has hung up."""
        try:
            received = request.connection.recv(_LARGEST_READ)
        except ConnectionError:
            received = b""
        request.line += received
        if received and not request.pid and request.line.endswith(b"\n"):
            self._fork(request)
        elif not received and not request.pid:
            self._close(request)
        elif not received:
            self._selector.unregister(request.connection)
            _kill(request.pid)

    def _fork(self, request: _ChildRequest) -> None:
        asked = json.loads(request.line)
        # The server imports what the task needs, so that the next child has it from the start.
        task = child.load(asked["task"])
        server = os.getpid()
        try:
            request.pid = os.fork()
        except OSError:  # too many processes
            self._close(request)
            return
        if not request.pid:
            try:
                self._close_all_but(request)
                child.isolate(server, ProcessLimits(**asked["limits"]))
                child.answer(task, asked["arguments"], request.connection)
            finally:
                os._exit(1)

    def _close_all_but(self, request: _ChildRequest) -> None:
        """Let go, in a new child, of what belongs to the server and to other children."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for other in self._requests - {request}:
            other.connection.close()
        for end in (self._selector, self._control, self._child_ended, self._wakeup):
            end.close()

    def _reap(self) -> None:
        """Tell the clients of children that have ended, and kill what these have left behind."""
        self._child_ended.recv(_LARGEST_READ)
        for request in [request for request in self._requests if request.pid]:
            pid, status = os.waitpid(request.pid, os.WNOHANG)
            if pid:
                _kill_session(pid)
                with contextlib.suppress(OSError):
                    request.connection.send(b"\n%d\n" % os.waitstatus_to_exitcode(status), socket.MSG_DONTWAIT)
                self._close(request)

    def _close(self, request: _ChildRequest) -> None:
        if request.connection in self._selector.get_map():
            self._selector.unregister(request.connection)
        request.connection.close()
        self._requests.remove(request)

    def _kill_all(self) -> None:
        for request in self._requests:
            if request.pid:
                _kill(request.pid)


def _kill(pid: int) -> None:
    """Kill a child, which may not have its own session yet, and all that it started. It must not be reaped yet."""
    _kill_session(pid)
    os.kill(pid, signal.SIGKILL)


def _kill_session(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def main() -> None:
    """Serve the socket whose number is the first argument."""
    control = socket.socket(fileno=int(sys.argv[1]))
    control.set_inheritable(False)
    child.load("probe")
    child.load("shrink")
    # Until here an error may be seen; what decoders print is for nobody.
    os.dup2(sys.stdout.fileno(), sys.stderr.fileno())
    ForkServer(control).serve()


if __name__ == "__main__":
    main()
