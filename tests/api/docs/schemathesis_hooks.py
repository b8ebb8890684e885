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
from schemathesis import GenerationMode

from loyalty.api.access.signing import BadSignature, Signer, sign

# Of tests/api/example_world.py.
CARD = "1234"
SOMEBODY = ("0519001", "0519002", "0519003", f"loyalty_barcode:{CARD}")
ORDER = "R-1000"
# Of `schemathesis_run.make_more`. An opt-out of who was merged is one of who stayed: nobody is both.
DOUBLES, STAYS = tuple(f"double-{number}" for number in range(20)), "stays"
LEAVERS = tuple(f"leaver-{number}" for number in range(20))
SHOPPER, REWARDS, FOR_BIDS = "shopper", ("treat", "ten-off"), ("bag",)
# Of the world of the examples: what can be changed, and what else is shown.
CHANGED = (
    ("products", "product", "MUG-BLUE"),
    ("stores", "store", "vienna"),
    ("rewards", "reward", "latte"),
    ("core", "customer-list", "63f2cc942d6ef241c0167e6c"),
)
ENTITIES = (*CHANGED, ("core", "transaction", ORDER), ("core", "customer", SOMEBODY[0]), ("tiers", "tier", "status"))


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
    if not path_parameters:
        return path_parameters
    if "reference" in path_parameters:
        return {"reference": os.environ["LOYALTY_ERASURE"]}
    if "module" in path_parameters:
        return _entity(ctx.operation.method.upper(), path_parameters)
    known = _known(ctx.operation.path)
    return {name: chosen(value, known[name]) if name in known else value for name, value in path_parameters.items()}


def _known(path: str) -> dict[str, tuple[str, ...]]:
    """What each parameter of this path can name."""
    return {
        "customer_id": _expendable(path) or SOMEBODY,
        "transaction_id": (ORDER,),
        "reward_id": FOR_BIDS if path.endswith("/bid") else REWARDS,
    }


def _expendable(path: str) -> tuple[str, ...]:
    """Who may be gone after a request to this path; empty: nobody will be."""
    return DOUBLES if path.endswith("/merge") else LEAVERS if path.endswith("/opt-out") else ()


def _entity(method: str, given: dict[str, Any]) -> dict[str, Any]:
    """Module, entity and ID that go together, every other time; a new one keeps the ID that was made up."""
    if not all(isinstance(value, str) and 0 < len(value) <= 64 for value in given.values()) or len(given["module"]) % 2:
        return given
    entities = ENTITIES if method == "GET" else CHANGED
    module, entity, entity_id = entities[sum(map(len, given.values())) % len(entities)]
    found = {"module": module, "entity": entity, "entity_id": entity_id}
    return {name: value if name == "entity_id" and method == "PUT" else found[name] for name, value in given.items()}


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
# Claims that were answered and are not revoked yet: whose, of what, and the ID.
CLAIMED: list[tuple[str, str, str]] = []


def next_of(choices: tuple[str, ...]) -> str:
    return choices[next(NUMBERS) % len(choices)]


@schemathesis.hook
def before_call(ctx: Any, case: Any, kwargs: Any) -> None:
    """Most keys are new: those that are generated come again and again, each time for another request. Those who are
    needed stay."""
    key = (case.headers or {}).get("Idempotency-Key")
    if isinstance(key, str) and re.fullmatch(r"[!-~]{1,200}", key) and (number := next(NUMBERS)) % 8:
        case.headers["Idempotency-Key"] = f"{key}-{number}"
    people = _expendable(case.operation.path)
    if people and case.path_parameters.get("customer_id") in SOMEBODY:
        case.path_parameters["customer_id"] = next_of(people)
    if isinstance(case.body, dict) and any(map(_dangers, [case.body, *_events(case.body)])):
        case.body = deepcopy(case.body)
        for event in [case.body, *_events(case.body)]:
            event.update(_dangers(event))
    if _is_right(case) and (number := next(NUMBERS)) % 2:
        if case.operation.label == "GET /entities/{module}/{entity}":
            # No type can be searched for all that is described.
            case.path_parameters, case.query = dict(zip(("module", "entity"), CHANGED[0], strict=False)), {}
        elif isinstance(case.body, dict):
            _replace(case, number)


def _is_right(case: Any) -> bool:
    """Not made to be refused."""
    return case.meta is not None and case.meta.generation.mode == GenerationMode.POSITIVE


def _replace(case: Any, number: int) -> None:
    """What chance hardly ever writes: a claim or a bid of somebody whom no other request suspends, the ID of a claim, and
    a new ID beside a body for just that type."""
    act = case.operation.path.rpartition("{reward_id}/")[2]
    if "customer_id" in case.path_parameters and act in ("claim", "bid"):
        reward = REWARDS[0] if act == "claim" else FOR_BIDS[0]
        case.path_parameters, case.body = {"customer_id": SHOPPER, "reward_id": reward}, {}
    if act == "revoke" and CLAIMED:
        customer, reward, claim = CLAIMED.pop()
        case.path_parameters, case.body = {"customer_id": customer, "reward_id": reward}, {"event": claim}
    if case.operation.label == "PUT /entities/{module}/{entity}/{entity_id}":
        module, entity, _ = CHANGED[0]
        case.path_parameters = {"module": module, "entity": entity, "entity_id": f"made-{number}"}
        case.body = {"name": "Made"}


def _dangers(event: dict[str, Any]) -> dict[str, str]:
    """What is to stand in place of an opt-out of those who are needed: their orders would be gone, which no later request
    could then name. Nor is anybody merged into them, or the next opt-out of the one who was merged would be theirs."""
    found, needed = {}, (*SOMEBODY, CARD)
    if event.get("action") == "opt_out" and event.get("customer") in needed:
        found["customer"] = next_of(LEAVERS)
    if event.get("target") in needed:
        found["target"] = STAYS
    return found


@schemathesis.hook
def after_call(ctx: Any, case: Any, response: Any) -> None:
    TALLY[f"{case.operation.label} {response.status_code}"] += 1
    who = (case.path_parameters or {}).get("customer_id")
    if (
        who in (*SOMEBODY, SHOPPER)
        and case.operation.path.endswith("{reward_id}/claim")
        and response.status_code == 200
    ):
        CLAIMED.append((who, case.path_parameters["reward_id"], response.json()["id"]))


@atexit.register
def keep_tally() -> None:
    Path(os.environ["LOYALTY_TALLY"]).write_text(json.dumps(TALLY))
