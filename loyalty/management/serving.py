"""One `serve` for each data folder, and how `stop` finds it."""

import fcntl
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from loyalty.embedded import EmbeddedError

STOP_SECONDS = 60


@contextmanager
def only_one(data_dir: Path) -> Iterator[None]:
    # A record lock is not inherited: it says that this very process lives, so the pid in the file is right while it is held.
    with os.fdopen(os.open(_path(data_dir), os.O_RDWR | os.O_CREAT, 0o600), "r+") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise EmbeddedError(
                f"{data_dir} is being served already: run `make stop`, or set LOYALTY_DATA_DIR."
            ) from None
        file.truncate()
        file.write(str(os.getpid()))
        file.flush()
        yield


def end(data_dir: Path) -> None:
    """Ask a running `serve` to stop, and wait for it."""
    if not _path(data_dir).exists():
        return
    deadline, asked = time.monotonic() + STOP_SECONDS, False
    with _path(data_dir).open("r+") as file:
        while not _free(file.fileno()):
            if time.monotonic() > deadline:
                raise EmbeddedError(f"`serve` did not stop within {STOP_SECONDS} s: end process {file.read()} by hand.")
            if not asked and (pid := file.read()):
                os.kill(int(pid), signal.SIGTERM)
                asked = True
            time.sleep(0.05)
            file.seek(0)


def _path(data_dir: Path) -> Path:
    return data_dir / "serve.lock"


def _free(descriptor: int) -> bool:
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
