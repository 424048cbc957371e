"""A server that kills itself at the n-th moment of a request that asks for it, and is back at once.

usage: python -m tests.harness.kills.dying PORT

The moments of a request are: before each statement that writes, before and after each commit, and before the
answer leaves. A process that has everything loaded forks one that serves; when that is gone it forks the
next. `/catch-up` does what a worker would have done by now.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from types import FrameType
from typing import Any

WRITES = ("INSERT", "UPDATE", "DELETE")


class Doom:
    """Counts the moments of one request, and kills the process at one of them; 0 for never."""

    def __init__(self, at: int) -> None:
        self.at, self.passed = at, 0

    def moment(self) -> None:
        self.passed += 1
        if self.passed == self.at:
            os.kill(os.getpid(), signal.SIGKILL)

    def statement(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().upper().startswith(WRITES):
            self.moment()
        return execute(sql, params, many, context)

    def over(self, connection: Any, stack: ExitStack) -> None:
        """Watch this connection until the stack is left."""
        commit = connection._commit

        def commits() -> None:
            self.moment()
            commit()
            self.moment()

        connection._commit = commits
        stack.callback(connection.__dict__.pop, "_commit")
        stack.enter_context(connection.execute_wrapper(self.statement))


def mortal(application: Callable[..., Any]) -> Callable[..., Iterable[bytes]]:
    """The application, under the doom that a request asks for in its header `X-Die-At`."""
    from django.db import connections

    from tests.journey.test_without_script import catch_up

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/catch-up":
            catch_up()
            start_response("200 OK", [("Content-Length", "0")])
            return [b""]
        doom = Doom(int(environ.get("HTTP_X_DIE_AT", 0)))
        with ExitStack() as stack:
            doom.over(connections["default"], stack)
            response = application(environ, start_response)
            body = b"".join(response)
            response.close()
        doom.moment()
        return [body]

    return answer


def load() -> Callable[..., Any]:
    """Everything a request may need, so that a new process answers at once."""
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application
    from django.db import connections
    from django.template import loader
    from django.urls import get_resolver

    application = mortal(get_wsgi_application())
    assert get_resolver().url_patterns
    for folder in settings.TEMPLATES[0]["DIRS"]:
        for path in sorted(folder.rglob("*.html")):
            loader.get_template(path.relative_to(folder).as_posix())
    connections.close_all()  # a connection must not be shared with a fork
    return application


def serve(listener: socket.socket, application: Callable[..., Any]) -> None:
    from django.core.servers.basehttp import WSGIRequestHandler, WSGIServer

    server = WSGIServer(listener.getsockname(), WSGIRequestHandler, bind_and_activate=False)
    server.socket.close()
    server.socket = listener
    server.server_name, server.server_port = listener.getsockname()
    server.setup_environ()
    server.set_app(application)
    server.serve_forever()


def main(port: int) -> None:
    listener = socket.create_server(("127.0.0.1", port), backlog=64)
    application = load()
    child = 0

    def stop(signum: int, frame: FrameType | None) -> None:
        if child:
            os.kill(child, signal.SIGKILL)
        os._exit(0)

    while True:
        signal.signal(signal.SIGTERM, stop)
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            serve(listener, application)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main(int(sys.argv[1]))
