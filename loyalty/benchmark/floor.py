"""The floor of a write: pgbench running one function that is written by hand. Here that of a checkout."""

import json
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from loyalty.embedded import pg_binary

from .load import ITEMS, ORDER, USER_AGENT
from .scratch import CannotMeasure, Scratch

_DONE = re.compile(r"number of transactions actually processed: (\d+)")
_FAILED = re.compile(r"number of failed transactions: (\d+)")
_RATE = re.compile(r"tps = ([0-9.]+)")


def install(scratch: Scratch) -> None:
    with scratch.connect() as raw:
        raw.execute((Path(__file__).parent / "floor.sql").read_bytes())


def script(api_key_id: int) -> str:
    """What pgbench sends for each checkout: as many texts as a server has, once it has read a request."""
    return f"""\\set n :n + 1
\\set customer (:first + :client_id * 997 + :n * 7919) % :customers
SELECT benchmark_checkout('bench-' || :customer::bigint, {_receipt()}, format('{_head()}', {_receipt()})::jsonb,
    ARRAY[{", ".join(f"'{line}'::jsonb" for line in lines())}], {api_key_id}, '{USER_AGENT}', '127.0.0.1');
"""


def _receipt() -> str:
    return "concat('floor-', :run::bigint, '-', :client_id::bigint, '-', :n::bigint)"


def _head() -> str:
    # pgbench takes a colon before a letter for a variable: none may stand there.
    return json.dumps({"transaction_id": "%s", **ORDER})


def lines() -> list[str]:
    return [json.dumps({**item, "currency": ORDER["currency"], "channel": ORDER["channel"]}) for item in ITEMS]


def how_long(seconds: float, requests: int, clients: int) -> list[str]:
    """Options of pgbench: so many requests by all clients together, or, without any, so many seconds."""
    return ["--transactions", str(max(1, requests // clients))] if requests else ["--time", str(max(1, round(seconds)))]


def run(
    scratch: Scratch, text: str, *, name: int, first: int, clients: int, customers: int, how: list[str]
) -> dict[str, Any]:
    """`text`: what each transaction does, with the variables run, first and customers. `how`: options that end it."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "one.sql"
        file.write_text(text)
        variables = {"customers": customers, "run": name, "first": first, "n": 0}
        command = [
            str(pg_binary("pgbench")), "--no-vacuum", "--protocol", "prepared", "--client", str(clients),
            "--jobs", "1", "--file", str(file), "--log", f"--log-prefix={folder}/log", *how,
            *(f"--define={key}={value}" for key, value in variables.items()), scratch.app_url,
        ]  # fmt: skip
        done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603  pgbench
        latencies = sorted(_latencies(Path(folder)))
    # The server processes end after pgbench, and are counted when they have.
    time.sleep(0.2)
    counted, failed, rate = (pattern.search(done.stdout) for pattern in (_DONE, _FAILED, _RATE))
    if done.returncode != 0 or not counted or not rate or (failed and int(failed[1])):
        raise CannotMeasure(f"pgbench failed: {done.stderr.strip()[-2000:]}")
    return {
        "done": int(counted[1]),
        "per_second": float(rate[1]),
        "p50_ms": latencies[len(latencies) // 2],
        "p95_ms": latencies[len(latencies) * 95 // 100],
    }


def _latencies(folder: Path) -> Iterator[float]:
    """In milliseconds, of each transaction: the third column, in microseconds."""
    for log in folder.glob("log.*"):
        for line in log.read_text().splitlines():
            yield int(line.split()[2]) / 1000
