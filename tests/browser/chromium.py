"""Which Chromium the page tests run: one that is at hand and starts. `tests/browser/obtain.py` fetches one where none is.

Nothing but Python's own library is used: a browser is looked for before the packages are installed.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from threading import Timer

ROOT = Path(__file__).resolve().parents[2]
ON_PATH = ("chromium", "chromium-browser", "google-chrome")
ON_MACOS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
# Where one is put that had to be fetched; `make clean` takes it away with the packages.
PLACE = ROOT / ".venv/chromium"
CURE = "apt-get install chromium, or name one with CHROMIUM=/path/to/it"
SECONDS_TO_START = 120


class NoBrowser(Exception):
    """No Chromium is to be had; says why, and the cure."""


def is_ci() -> bool:
    """Where no test may be left out."""
    return os.environ.get("CI", "") not in {"", "0", "false"}


@cache
def find() -> str | None:
    """The program to run: the one that CHROMIUM names, else the first at hand that starts.

    Raises NoBrowser where CHROMIUM names what does not start: another one is not what was asked for.
    """
    named = os.environ.get("CHROMIUM")
    if named:
        if not (program := shutil.which(named)) or not starts(program):
            raise NoBrowser(f"CHROMIUM names {named}, which does not start: {CURE}.")
        return program
    return next(filter(starts, at_hand()), None)


def at_hand() -> Iterator[str]:
    """Programs that look like a Chromium, the preferred ones first."""
    places = (*ON_PATH, *ON_MACOS, str(PLACE / "chromium"))
    yield from filter(None, map(shutil.which, places))


def starts(program: str) -> bool:
    """Whether it comes as far as to listen for commands; what only looks like a browser, or lacks a library, does not."""
    switches = ["--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0"]
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile,
        subprocess.Popen(
            [program, *switches, f"--user-data-dir={profile}", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
        ) as process,
    ):
        late = Timer(SECONDS_TO_START, _end, [process])
        late.start()
        try:
            return any("DevTools listening on" in line for line in process.stderr or ())
        finally:
            late.cancel()
            _end(process)


def _end(process: "subprocess.Popen[str]") -> None:
    """The browser with the processes it has started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def node_of_playwright() -> dict[str, str]:
    """The variable that gives Playwright another Node where its own lacks a library (libatomic, on a bare machine)."""
    import playwright

    own = Path(playwright.__file__).parent / "driver/node"
    if _runs(own) or not (other := next(filter(_runs, (PLACE / "node", Path(shutil.which("node") or "/"))), None)):
        return {}
    return {"PLAYWRIGHT_NODEJS_PATH": str(other)}


def _runs(node: Path) -> bool:
    try:
        return subprocess.run([node, "--version"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False
