"""Places to back up and to restore into: each a data folder with servers of its own."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.prove.serving import ROOT, environment, manage

PASSPHRASE = "correct horse battery staple"
VARIABLE = "LOYALTY_BACKUP_PASSPHRASE"
MAKE_KEY = """
import json
from tests.api_keys import server_key, signer
made = server_key(key="shop-key", requests_per_minute=None)
print(json.dumps({"key": made.key, "secret": signer(made).secret}))
"""
OPT_IN = """
from loyalty.engine.record import record
from loyalty.engine.events import Actor, Incoming
from django.utils import timezone
outcomes = record([Incoming(name, "opt_in", {"email": name + "@example.com"}) for name in ("ann", "bob")], by=Actor("api"), at=timezone.now())
assert not any(outcome.error for outcome in outcomes)
"""
OPT_OUT = """
from customers.erasure.operations import record_opt_out
from customers.models import Customer
from loyalty.engine.events import Actor
from django.utils import timezone
record_opt_out(Customer.objects.get(public_id="ann"), by=Actor("api"), at=timezone.now())
"""
STATUSES = """
import json
from customers.models import Customer
print(json.dumps(sorted(Customer.objects.filter(public_id__in=["ann", "bob"]).values_list("public_id", "status"))))
"""


def python(data: Path, code: str) -> str:
    return manage(data, "shell", "-v", "0", "-c", code).stdout


def make_key(data: Path) -> dict[str, str]:
    found: dict[str, str] = json.loads(python(data, MAKE_KEY))
    return found


def ask(data: Path, key: dict[str, str], receipt: str) -> dict[str, Any]:
    variables = environment(data, DJANGO_SETTINGS_MODULE="loyalty.settings")
    command = [sys.executable, str(ROOT / "tests/backup/asking.py")]
    text = json.dumps({**key, "receipt": receipt})
    done = subprocess.run(command, cwd=ROOT, env=variables, input=text, capture_output=True, text=True, check=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def verified(data: Path) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(manage(data, "verify", check=False).stdout)
    return report


def back_up(data: Path, target: Path, **more: str) -> "subprocess.CompletedProcess[str]":
    return manage(data, "backup", str(target), check=False, **{VARIABLE: PASSPHRASE, **more})


def restore(data: Path, source: Path, *options: str, **more: str) -> "subprocess.CompletedProcess[str]":
    return manage(data, "restore", str(source), *options, check=False, **{VARIABLE: PASSPHRASE, **more})
