"""Writes as integrators send them: signed, with a plain key, under an Idempotency-Key or without one."""

import datetime as dt
import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from events.models import Event
from loyalty.api.access.signing import sign
from loyalty.api.keys.models import ApiKey
from loyalty.api.once import answers as once
from loyalty.engine.storage.wire import Wire
from tests.api_keys import signer

HOST = "testserver"
Headers = dict[str, str]


def add(points: int = 5, customer: str = "ann") -> bytes:
    return json.dumps({"customer": customer, "action": "point_add", "data": {"points": points}}).encode()


def signed(
    body: bytes, path: str = "/events", at: dt.datetime | None = None, key: str | None = None, **unsigned: str
) -> Headers:
    """By the key `till-key`; `key` is an Idempotency-Key among the signed headers."""
    by = signer(ApiKey.objects.get(key="till-key"))
    named = {"key": key} if key else {}
    return sign(by, "POST", path, host=HOST, body=body, at=at or timezone.now(), **named) | unsigned


def ago(seconds: float) -> dt.datetime:
    return timezone.now() - dt.timedelta(seconds=seconds)


def post(body: bytes, headers: Headers, path: str = "/events") -> Any:
    return Client().post(path, body, content_type="application/json", headers=headers)


def plain(body: bytes, name: str | None, path: str = "/events") -> Any:
    headers = {} if name is None else {"Idempotency-Key": name}
    return post(body, headers, f"{path}?api_key=till-key")


def told(answer: Any) -> tuple[int, bytes, str | None]:
    return answer.status_code, answer.content, answer.get(once.REPLAYED)


def points() -> list[int]:
    return list(Event.objects.filter(action="point_add").order_by("id").values_list("points", flat=True))


def conversations(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many statements each of them has, from now on."""
    found: list[int] = []
    run = Wire.run

    def counted(wire: Wire, statements: Any) -> Any:
        found.append(len(statements))
        return run(wire, statements)

    monkeypatch.setattr(Wire, "run", counted)
    return found
