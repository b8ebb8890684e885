"""What Schemathesis needs to know of us: how to sign, how forms nest, and who there is. Read by its command, in a process of its own."""

import atexit
import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import schemathesis
from requests import PreparedRequest
from requests.auth import AuthBase

from loyalty.api.access.signing import BadSignature, Signer, sign

# Of tests/api/example_world.py.
CARD = "1234"
SOMEBODY = ("0519001", "0519002", "0519003", f"loyalty_barcode:{CARD}")
# Made for being merged and erased.
DOUBLES, STAYS = tuple(f"double-{number}" for number in range(20)), "stays"


class Signed(AuthBase):
    """Signs the bytes that go over the wire."""

    def __init__(self) -> None:
        self.signer = Signer(os.environ["LOYALTY_KEY"], os.environ["LOYALTY_SECRET"], "demo")

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        assert request.method
        assert request.url
        body = request.body or b""
        raw = body.encode() if isinstance(body, str) else body
        assert isinstance(raw, bytes)
        host = urlsplit(request.url).netloc
        # A method that cannot be signed is sent without a signature.
        with suppress(BadSignature):
            now = datetime.now(UTC)
            request.headers.update(sign(self.signer, request.method, request.path_url, host=host, body=raw, at=now))
        return request


schemathesis.auth.set_from_requests(Signed())  # type: ignore[attr-defined]  # its types name the function only


def bracketed(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """`data[items][0][price]=200`"""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from bracketed(f"{name}[{key}]" if name else str(key), inner)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from bracketed(f"{name}[{index}]", inner)
    else:
        yield name, "" if value is None else str(value)


@schemathesis.serializer("application/x-www-form-urlencoded")
def as_form(ctx: Any, value: Any) -> bytes:
    return urlencode(list(bracketed("", value)), errors="surrogatepass").encode()


# What the hooks below put in place of generated values, every other time: those rarely name anybody, or any action of
# the brand's own. The built-in ones are of the description: each has a schema.
OWN_ACTIONS = ("app_install", "social_follow")


def chosen(given: Any, choices: tuple[str, ...]) -> Any:
    """One of the choices in place of every other text that the description allows."""
    if isinstance(given, str) and 0 < len(given) <= 128 and len(given) % 2:
        return choices[len(given) // 2 % len(choices)]
    return given


@schemathesis.hook
def map_path_parameters(ctx: Any, path_parameters: dict[str, Any] | None) -> dict[str, Any] | None:
    for name, value in (path_parameters or {}).items():
        if name == "reference":
            path_parameters = {name: os.environ["LOYALTY_ERASURE"]}
        elif name == "customer_id":
            people = DOUBLES if ctx.operation.path.endswith(("merge", "opt-out")) else SOMEBODY
            path_parameters = {**(path_parameters or {}), name: chosen(value, people)}
    return path_parameters


BUILT_IN: set[str] = set()


@schemathesis.hook
def before_load_schema(ctx: Any, raw_schema: dict[str, Any]) -> None:
    BUILT_IN.update(raw_schema["components"]["schemas"]["Event"]["discriminator"]["mapping"])


@schemathesis.hook
def map_body(ctx: Any, body: Any) -> Any:
    if isinstance(body, dict):
        for event in [body, *_events(body)]:
            for name, choices in (("customer", SOMEBODY[:3]), ("target", (STAYS,))):
                if name in event:
                    event[name] = chosen(event[name], choices)
            if "action" in event and event["action"] not in BUILT_IN:
                event["action"] = chosen(event["action"], OWN_ACTIONS)
    return body


def _events(body: dict[str, Any]) -> list[dict[str, Any]]:
    events = body.get("events")
    return [event for event in events if isinstance(event, dict)] if isinstance(events, list) else []


NUMBERS = count()
TALLY: Counter[str] = Counter()


@schemathesis.hook
def before_call(ctx: Any, case: Any, kwargs: Any) -> None:
    """Most keys are new: those that are generated come again and again, each time for another request. And those who
    are needed stay."""
    key = (case.headers or {}).get("Idempotency-Key")
    if isinstance(key, str) and re.fullmatch(r"[!-~]{1,200}", key) and (number := next(NUMBERS)) % 8:
        case.headers["Idempotency-Key"] = f"{key}-{number}"
    who = (case.path_parameters or {}).get("customer_id")
    if who in SOMEBODY and case.operation.path.endswith(("merge", "opt-out")):
        case.path_parameters["customer_id"] = DOUBLES[next(NUMBERS) % len(DOUBLES)]
    if isinstance(case.body, dict) and any(map(_erases_who_is_needed, [case.body, *_events(case.body)])):
        case.body = deepcopy(case.body)
        for event in filter(_erases_who_is_needed, [case.body, *_events(case.body)]):
            event["customer"] = DOUBLES[next(NUMBERS) % len(DOUBLES)]


def _erases_who_is_needed(event: dict[str, Any]) -> bool:
    """Their orders would be gone, which no later request could then name."""
    return event.get("action") == "opt_out" and event.get("customer") in (*SOMEBODY, CARD)


@schemathesis.hook
def after_call(ctx: Any, case: Any, response: Any) -> None:
    TALLY[f"{case.operation.label} {response.status_code}"] += 1


@atexit.register
def keep_tally() -> None:
    Path(os.environ["LOYALTY_TALLY"]).write_text(json.dumps(TALLY))
