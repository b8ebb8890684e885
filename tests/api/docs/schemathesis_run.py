"""Schemathesis as its command: requests made out of the description, signed, to a server in a process of its own."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.utils import timezone

from customers.erasure.operations import record_opt_out
from loyalty.engine.events import Incoming
from loyalty.program.operations import apply_program
from loyalty.staff.sender import Sender
from rewards.claims.api.schemas import TEN_OFF
from tests.api.example_world import make_world
from tests.api_keys import server_key, signer
from tests.factories import TILL, make_customer, tell
from tests.live import live_server

ROOT = Path(__file__).resolve().parents[3]
SEED = 20261122


def run(folder: Path, *, cases: int, phases: str, told: Any = None, path: str = "") -> Counter[str]:
    """How often each operation answered each status in the example world: `POST /events 200`.

    `told` is a description other than the served one, `path` the only one of it. Raises AssertionError with what the
    command prints if it finds anything: no 5xx, no status or answer that is not described, no ignored signature, and so on.
    """
    make_world()
    make_more()
    with live_server() as live:
        address, options = f"http://{live.host}", ["--max-examples", str(cases), "--phases", phases]
        if path:
            options += ["--include-path", path]
        if told is None:
            return _run([f"{address}/openapi.json", *options], folder)
        (folder / "told.json").write_text(json.dumps(told))
        return _run([str(folder / "told.json"), "--url", address, *options], folder)


def _run(options: Sequence[str], folder: Path) -> Counter[str]:
    key = server_key("schemathesis", "Schemathesis", requests_per_minute=None)
    environment = {
        **os.environ,
        "LOYALTY_KEY": key.key,
        "LOYALTY_SECRET": signer(key).secret,
        "LOYALTY_ERASURE": _erasure(),
        "LOYALTY_TALLY": str(folder / "tally.json"),
        "SCHEMATHESIS_HOOKS": "tests.api.docs.schemathesis_hooks",
        "PYTHONPATH": str(ROOT),
    }
    # Without --checks, which are all then: named here, they would win over what `schemathesis.toml` says of one operation.
    command = [
        # Not its script: some releases of pip make none.
        sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()", "--config-file", ROOT / "tests" / "api" / "schemathesis.toml",
        "run", *options, "--seed", SEED, "--workers", 1, "--continue-on-failure", "--generation-database", "none", "--no-color",
    ]  # fmt: skip
    done = subprocess.run(
        [str(part) for part in command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return Counter(json.loads((folder / "tally.json").read_text()))


def make_more() -> None:
    """What `schemathesis_hooks` names beside the world of the examples: who is merged and erased, and rewards that can be
    claimed and bid for again and again."""
    for name in ("stays", "shopper", *(f"{kind}-{number}" for kind in ("double", "leaver") for number in range(20))):
        make_customer(name)
    for name in ("0519001", "0519002", "shopper"):
        tell(Incoming(name, "point_add", {"points": 1_000_000}))
    treat = {"id": "treat", "type": "virtual", "status": "active", "name": {"en": "Treat"}, "prices": {"": 1}}
    bag = {**treat, "id": "bag", "type": "bidding", "price_step": 1, "ends_at": "2999-01-01"}
    apply_program({"rewards": [TEN_OFF, treat, bag]}, by=Sender(None, timezone.now()))


def _erasure() -> str:
    """The reference of one."""
    gone = make_customer("0519009")
    return str(record_opt_out(gone, by=TILL, at=timezone.now()).reference)
