"""The signers of docs/api-keys.md are run: the Python one against the verifier, the one of curl against a server."""

import datetime as dt
import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from customers.models import Customer
from loyalty.api.access.signing import RawRequest, verify
from tests.api_keys import server_key, signer

TEXT = (Path(__file__).resolve().parents[3] / "docs" / "api-keys.md").read_text()
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CODE = dict(BLOCK.findall(TEXT))
NOW = dt.datetime(2024, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
DATE, HOST = "20240102T030405Z", "api.demo.antavo.com"


def signed(method: str, target: str, body: bytes = b"") -> dict[str, str]:
    found: dict[str, Any] = {}
    exec(CODE["python"], found)
    headers: dict[str, str] = found["sign"]("API_KEY", "API_SECRET", method, target, HOST, body, "demo", DATE)
    return headers


@pytest.mark.parametrize(
    ("method", "target", "body"),
    [
        ("POST", "/events", b'{"customer":"c1","action":"point_add","data":{"points":5}}'),
        ("GET", "/customers/c%201?fields=purchases.ytd%2Cexpiring_points&api_key=API_KEY", b""),
        ("GET", "/customers?search=first_name%3DZs%C3%B3fia&limit=5&empty=&b=2&a=1&a=0", b""),
        ("DELETE", "/customers/a~b", b""),
    ],
)
def test_the_verifier_takes_what_the_python_signer_makes(method: str, target: str, body: bytes) -> None:
    headers = [(name.lower(), value) for name, value in signed(method, target, body).items()]
    path, _, query = target.encode().partition(b"?")

    found = verify(RawRequest(method, path, query, headers, body), now=NOW, secrets_of=lambda key: ["API_SECRET"])

    assert found.key == "API_KEY"


def test_the_signature_to_check_against_is_right() -> None:
    body = b'{"customer":"c1","action":"point_add","data":{"points":5}}'
    [shown] = re.findall(r"`([0-9a-f]{64})`", TEXT)

    assert body.decode() in TEXT
    assert signed("POST", "/events", body)["Authorization"].endswith(f"Signature={shown}")


def curl(served: str, code: str) -> Any:
    key = server_key()
    environment = {**os.environ, "LOYALTY_URL": served, "LOYALTY_KEY": key.key, "LOYALTY_SECRET": signer(key).secret}
    command = ["bash", "-ec", code]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr == ""
    return json.loads(done.stdout)


def test_the_signed_curl_command_is_taken_by_the_server(with_curl: None, served: str) -> None:
    assert curl(served, CODE["bash"])["id"] == "shop-1042"
    assert Customer.objects.get().first_name == "Ann"


def test_a_changed_body_is_refused_by_the_same_command(with_curl: None, served: str) -> None:
    assert curl(served, CODE["bash"].replace('--data-raw "$BODY"', '--data-raw "$BODY "'))["error"]["code"] == 101028
