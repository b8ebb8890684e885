"""Events as the API's bodies say them."""

from collections.abc import Mapping
from typing import Any

from loyalty.api.errors import bad_request
from loyalty.engine import values
from loyalty.engine.events import Incoming
from loyalty.identifiers import MAX_ID, normal


def read_event(body: Mapping[str, Any]) -> Incoming:
    """The event of a request body; raises ApiError naming the field that is wrong.

    `external_id` is the ID of the field whose value `customer` is.
    """
    return Incoming(
        customer=_text(body, "customer"),
        action=_text(body, "action"),
        data=_data(body),
        scheme=_text(body, "external_id") if body.get("external_id") not in (None, "") else "id",
        account=_text(body, "account") if body.get("account") not in (None, "") else None,
        guest=_is_guest(body),
    )


def _data(body: Mapping[str, Any]) -> dict[str, Any]:
    sent = body.get("data")
    data = {} if sent in (None, "") else values.as_object(sent)
    if data is None:
        raise bad_request("'data' must be an object")
    return data


def _is_guest(body: Mapping[str, Any]) -> bool:
    value = str(body.get("guest") or "false").lower()
    if value not in {"true", "1", "false", "0"}:
        raise bad_request("'guest' must be true or false")
    return value in {"true", "1"}


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if value is None or value == "":
        raise bad_request(f"'{name}' property is required")
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise bad_request(f"'{name}' must be a text")
    found = str(value).strip()
    if not 0 < len(normal(found)) <= MAX_ID or not found.isprintable():
        raise bad_request(f"'{name}' must have 1 to {MAX_ID} printable characters")
    return found
