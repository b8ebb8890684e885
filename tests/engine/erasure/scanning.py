"""Everything that this program keeps, as bytes, and whom it names: by markers in every field that can hold text."""

import base64
import json
import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import redis
from django.conf import settings
from django.test import Client
from django.utils import timezone
from psycopg import sql

from customers.fields.models import Field
from customers.models import Customer
from customers.notes.operations import add_note
from loyalty.engine.events import Actor, Incoming
from loyalty.engine.record import record
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from loyalty.staff.sender import Sender
from loyalty.transfer.operations import import_here
from tests.api_keys import development_key
from tests.engine.test_write_once import connect
from tests.engine.world import NOW, codes, configure, event

AT_ONCE = 200


def marker(number: int) -> str:
    """Not ASCII, so that its JSON and URL forms are others than its own."""
    return f"Zqé{number:05}Kx"


def forms(number: int) -> list[bytes]:
    """A marker plain, in small letters, and as JSON, base64, hexadecimal digits and URLs write it; in a fixed order."""
    plain = [marker(number), marker(number).lower()]
    found = [text.encode() for text in plain]
    found += [json.dumps(text)[1:-1].encode() for text in plain] + [quote(text).encode() for text in plain]
    for raw in [text.encode() for text in plain]:
        found += [raw.hex().encode(), raw.hex().upper().encode()]
        # At each of the three places where it may begin; what depends on its neighbours is cut off.
        found += [base64.b64encode(b"x" * place + raw + b"xx")[4 if place else 0 : -4] for place in range(3)]
    return found


def people(numbers: Sequence[int]) -> None:
    """Each has a marker in every field that can hold text."""
    configure(checkout_accept=True, multi_accounts=True)
    Field.objects.create(slug="card", name="Card", external_id=True)
    for start in range(0, len(numbers), AT_ONCE):
        for number in numbers[start : start + AT_ONCE]:
            _live(number)
    _write_notes(numbers)
    _tell_integrators(numbers)


def _live(number: int) -> None:
    name = marker(number)
    by = Actor("api", user_agent=name, grants=frozenset({"points_rewarded"}))
    item = {
        "product_id": f"{name}p",
        "product_name": f"{name}n",
        "product_category": f"{name}c",
        "price": 9,
        "note": name,
    }
    order: dict[str, Any] = {"total": 9, "items": [item], "channel": name, "points_rewarded": 4, "reason": name}
    told = [
        event(f"{name}i", "opt_in", **_profile(name)),
        event(f"{name}i", "point_add", points=50, reason=name, deep={"er": [name]}),
        event(f"{name}i", "checkout", transaction_id=f"{name}t", **order),
        event(f"{name}i", "checkout", transaction_id=f"{name}u", points_burned=2, **order),
        event(f"{name}i", "checkout_accept", transaction_id=f"{name}u"),
        event(f"{name}i", "reserve_points", transaction_id=f"{name}r", points=3),
    ]
    guest = event(f"{name}g", "checkout", transaction_id=f"{name}g", total=9, email=name)
    guest.guest = True
    claim = event(f"{name}i", "checkout_claim", transaction_id=f"{name}g")
    outcomes = record([*told, guest, claim], by=by, at=NOW)
    assert codes(outcomes) == [None] * len(outcomes), [outcome.error for outcome in outcomes]


def _profile(name: str) -> dict[str, Any]:
    texts = dict.fromkeys(("first_name", "last_name", "nickname", "handler", "src", "referrer"), name)
    return texts | {
        "email": f"{name}@example.com", "image_url": f"https://example.com/{name}", "mobile_phone": name,
        "gender": "other", "language": "hu", "card": f"{name}card", "unknown": {"any": [name]},
        "facebook_access_token": f"{name}secret",
    }  # fmt: skip


def befriend(staying: Sequence[int], leaving: Sequence[int]) -> None:
    """In each way that tells of a referrer, those who stay name those who leave."""
    for one, other in zip(staying, leaving, strict=True):
        friend, name = f"{marker(one)}i", f"{marker(other)}i"
        told = [
            event(f"{friend}0", "opt_in", referrer=name),
            event(f"{friend}1", "opt_in", referrer=f"card:{marker(other)}card", nickname=friend),
            event(f"{friend}1", "profile", referrer=f" {marker(other)}card\t"),
            event(f"{friend}2", "subscribe", referrer=name),
            event(friend, "profile", referrer=name, nickname=friend),
            event(friend, "login", referrer=name),
            event(f"{friend}0", "profiling_answer", attribute="referrer", answer=name),
            event(friend, "referral", referred=name, note=friend),
            event(name, "referral", referred=friend),
        ]
        outcomes = record(told, by=Actor("api"), at=NOW)
        assert codes(outcomes) == [None] * len(outcomes), [outcome.error for outcome in outcomes]


def _write_notes(numbers: Iterable[int]) -> None:
    staff = User.objects.create_user("scribe", role=Role.MANAGER)
    by = Sender(staff, NOW)
    found = {customer.public_id: customer for customer in Customer.objects.all()}
    for number in numbers:
        add_note(customer=found[f"{marker(number)}i"], text=marker(number), by=by)


def _tell_integrators(numbers: Iterable[int]) -> None:
    """Each by a write whose answer, with all of the profile, is saved."""
    development_key("till", "Till")
    for number in numbers:
        answer = Client().post(
            f"/customers/{quote(marker(number))}i?api_key=till",
            json.dumps({"nickname": f"{marker(number)}told"}),
            content_type="application/json",
            headers={"Idempotency-Key": str(number)},
        )
        assert answer.status_code == 200


def import_refused_rows(numbers: Sequence[int], name: str) -> None:
    """A row for each that is refused with words from the row."""
    lines = [f"{marker(number)}i,jump{marker(number)}" for number in numbers]
    text = "\n".join(["customer,action", *lines, ""])
    import_here(model="events", name=name, content=[text.encode()], now=timezone.now)


def leave(numbers: Sequence[int]) -> None:
    for number in numbers:
        [outcome] = record(
            [Incoming(f"{marker(number)}i", "opt_out", {"reason": marker(number)})], by=Actor("api"), at=NOW
        )
        assert outcome.error is None


def kept(logged: str) -> dict[str, bytes]:
    """By place: each table and sequence, the queue and cache, the files, the log."""
    return tables() | {"valkey": valkey(), "files": files(), "log": logged.encode()}


def tables() -> dict[str, bytes]:
    """As the owner, who sees the tables that the application does not."""
    with connect("owner") as raw:
        names = raw.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S')"
        )
        return {name: _copied(raw, name) for (name,) in names.fetchall()}


def _copied(raw: Any, name: str) -> bytes:
    query = sql.SQL("COPY (SELECT * FROM {}) TO STDOUT").format(sql.Identifier(name))
    with raw.cursor().copy(query) as out:
        return b"".join(bytes(piece) for piece in out)


def valkey() -> bytes:
    store = redis.Redis.from_url(settings.CACHES["default"]["LOCATION"])
    return b"\n".join(key + b"\n" + _value(store, key) for key in store.scan_iter("*"))


def _value(store: Any, key: bytes) -> bytes:
    reads = {b"string": "GET", b"list": "LRANGE", b"hash": "HGETALL", b"set": "SMEMBERS", b"zset": "ZRANGE"}
    read = reads[store.type(key)]
    found = store.execute_command(read, key, *(["0", "-1"] if read.endswith("RANGE") else []))
    return repr(found).encode() + (found if isinstance(found, bytes) else b"\n".join(map(_bytes, found)))


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else repr(value).encode()


def files() -> bytes:
    found = sorted(path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file())
    return b"\n".join(path.name.encode() + b"\n" + path.read_bytes() for path in found)


def named(places: dict[str, bytes], numbers: Iterable[int]) -> dict[int, set[str]]:
    """Of these people, those who are named somewhere, and where."""
    whose = {number: forms(number) for number in numbers}
    found: dict[int, set[str]] = {}
    for same in zip(*whose.values(), strict=True):
        owners = dict(zip(same, whose, strict=True))
        # What they begin with is the same for all: only where that stands are they compared.
        begin, lengths = os.path.commonprefix(list(same)), {len(form) for form in same}  # noqa: RUF071  no paths
        for place, content in places.items():
            for match in re.finditer(re.escape(begin), content):
                for length in lengths:
                    owner = owners.get(content[match.start() : match.start() + length])
                    if owner is not None:
                        found.setdefault(owner, set()).add(place)
    return found
