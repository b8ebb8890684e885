"""What the processes of `serve` take while nobody asks anything of them, and that they may be forked."""

import time
import urllib.request
from pathlib import Path

import pytest

from tests.prove.serving import Serving, folder, furnished, serve, wait_for

pytestmark = pytest.mark.prove
# In MB. The goal is 350; 316 was reached, of 730 when each process loaded the program for itself.
MOST = 350
# Until each timer of the first half minute has come, and what a task took is given back.
IDLE_SECONDS = 45


def share(pid: int) -> float:
    """In MB: what it has for itself, and its part of what it shares."""
    [line] = [line for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines() if line.startswith("Pss:")]
    return int(line.split()[1]) / 1024


def family(serving: Serving) -> dict[int, str]:
    """`serve`, its children and theirs; the embedded servers are nobody's children."""
    found = {serving.process.pid: "serve"}
    for pid, name in serving.children().items():
        found |= {pid: name} | serving.children(pid)
    return found


def ask(serving: Serving, times: int) -> None:
    for _ in range(times):
        urllib.request.urlopen(f"http://127.0.0.1:{serving.port}/login/").read()


def test_an_idle_program_takes_less_than_its_bound() -> None:
    with folder() as data:
        furnished(data)
        with serve(data) as serving:
            ask(serving, 6)
            time.sleep(IDLE_SECONDS)
            taken = {pid: share(pid) for pid in family(serving)}
            print()
            for pid, name in family(serving).items():
                print(f"{name:<14} {taken[pid]:5.0f} MB")
            print(f"{'all':<14} {sum(taken.values()):5.0f} MB")
            # The control: all of them are there, two web workers and two of long tasks among them.
            assert len(taken) == 9
            assert sum(taken.values()) < MOST


def test_whoever_forks_has_one_thread_and_no_connection() -> None:
    """A child would share the connection, and wait for ever for a lock that a thread of its parent held."""
    with folder() as data:
        furnished(data)
        with serve(data) as serving:
            wait_for(lambda: len(family(serving)) == 9)
            process = Path(f"/proc/{serving.process.pid}")
            assert len(list((process / "task").iterdir())) == 1
            # The control: a web worker has both.
            [web, *_] = serving.pids("web worker")
            assert len(list(Path(f"/proc/{web}/task").iterdir())) > 1
            assert sockets(Path(f"/proc/{web}")) > 0
            assert sockets(process) == 0


def sockets(process: Path) -> int:
    return sum(str(file.readlink()).startswith("socket:") for file in (process / "fd").iterdir())
