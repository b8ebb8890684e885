"""Work in a process that ends with it: what it has loaded, such as the history of all tables, is not kept for as long as
`serve` runs."""

from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import TypeVar

from loyalty.embedded import EmbeddedError

from .child import FORK

T = TypeVar("T")


class Ended(EmbeddedError):
    """The process was ended before its work."""


def run(work: Callable[[], T]) -> T:
    """What it returns, or raises what it raises; Ended if it did neither. Both are pickled."""
    receiving, sending = FORK.Pipe(duplex=False)
    process = FORK.Process(target=_send, args=(work, sending), daemon=True)
    process.start()
    sending.close()
    try:
        result, error = receiving.recv()
    except EOFError:
        raise Ended("The preparation was ended: start again.") from None
    finally:
        process.terminate()
        process.join()
    if error is not None:
        raise error
    found: T = result
    return found


def _send(work: Callable[[], object], sending: Connection) -> None:
    try:
        found: tuple[object, BaseException | None] = (work(), None)
    except BaseException as error:
        found = (None, error)
    sending.send(found)
