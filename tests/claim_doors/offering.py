"""Rewards, and a customer with points who asks for them over HTTP."""

import json
from typing import Any

from django.test import Client

from coupons.models import Pool
from coupons.stock.adding import add_codes
from customers.models import Customer
from loyalty.program.operations import apply_program
from loyalty.staff.sender import Sender
from tests.api_keys import development_key
from tests.factories import NOON, make_customer

KEY = "till-key"


def reward(id: str, **more: Any) -> dict[str, Any]:
    """As the program file has it: an active one for 60 points."""
    return {
        "id": id,
        "type": "virtual",
        "status": "active",
        "name": {"en": id.capitalize()},
        "prices": {"": 60},
        **more,
    }


def offer(*rewards: dict[str, Any], **sections: Any) -> None:
    """All rewards that there are."""
    apply_program({**sections, "rewards": list(rewards)}, by=Sender(None, NOON))


def pool(id: str, *codes: str) -> dict[str, Any]:
    """A section of the program file with this pool, whose codes are there."""
    item = {"id": id, "name": id.capitalize(), "source": "uploaded", "type": "amount", "value": "10"}
    apply_program({"coupon_pools": [item]}, by=Sender(None, NOON))
    add_codes(Pool.objects.get(slug=id), list(codes), at=NOON)
    return item


def ann(points: int = 100, **profile: Any) -> Customer:
    development_key(KEY, "Till")
    return make_customer("ann", points=points, first_name="Ann", **profile)


def ask(client: Client, method: str, path: str, body: Any = None, status: int = 200) -> Any:
    data = b"" if body is None else json.dumps(body).encode()
    mark = "&" if "?" in path else "?"
    answer = client.generic(method, f"{path}{mark}api_key={KEY}", data, content_type="application/json")
    assert answer.status_code == status, (answer.status_code, answer.content)
    return answer.json()


def get(client: Client, path: str, status: int = 200) -> Any:
    return ask(client, "GET", path, status=status)


def post(client: Client, path: str, body: Any = None, status: int = 200) -> Any:
    return ask(client, "POST", path, {} if body is None else body, status)


def ids(client: Client, query: str = "", customer: str = "ann") -> list[str]:
    """Of the available rewards, in their order."""
    return [one["id"] for one in get(client, f"/customers/{customer}/activities/rewards{query}")["data"]]
