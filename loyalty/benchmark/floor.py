"""The floor of a checkout: pgbench running one function that is written by hand."""

import json
import re
import subprocess
import tempfile
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


def run(
    scratch: Scratch, *, name: int, first: int, clients: int, customers: int, api_key_id: int, how: list[str]
) -> dict[str, Any]:
    """`how` ends it: ["--time", "5"] or ["--transactions", "100"] for each client."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script(api_key_id))
        file.flush()
        variables = {"customers": customers, "run": name, "first": first, "n": 0}
        command = [
            str(pg_binary("pgbench")), "--no-vacuum", "--protocol", "prepared", "--client", str(clients),
            "--jobs", "1", "--file", file.name, *how,
            *(f"--define={key}={value}" for key, value in variables.items()), scratch.app_url,
        ]  # fmt: skip
        done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603  pgbench
    counted, failed, rate = (pattern.search(done.stdout) for pattern in (_DONE, _FAILED, _RATE))
    if done.returncode != 0 or not counted or not rate or (failed and int(failed[1])):
        raise CannotMeasure(f"pgbench failed: {done.stderr.strip()[-2000:]}")
    return {"done": int(counted[1]), "per_second": float(rate[1])}
