"""The application, which is killed where the request says: `X-Die: before` its commit, or `after` it, before the answer."""

import os
import signal
from collections.abc import Callable, Iterable
from typing import Any

from loyalty.wsgi import application as alive

from loyalty.engine.storage.outer import OuterTransaction  # isort: skip  Django is set up by the application

_end: Any = OuterTransaction.end
_doomed: list[str] = []


def _end_or_die(outer: OuterTransaction, *statements: Any) -> None:
    if _doomed == ["before"]:
        os.kill(os.getpid(), signal.SIGKILL)
    _end(outer, *statements)
    if _doomed == ["after"]:
        os.kill(os.getpid(), signal.SIGKILL)


OuterTransaction.end = _end_or_die  # type: ignore[assignment, method-assign]


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    _doomed[:] = [environ["HTTP_X_DIE"]] if "HTTP_X_DIE" in environ else []
    found: Iterable[bytes] = alive(environ, start_response)
    return found
