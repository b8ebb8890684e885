"""What has to run with Django in the scratch database of coupons and rewards; a process of its own, prints JSON."""

import datetime as dt
import json
import sys
import time
from collections.abc import Callable
from typing import Any

import django

from loyalty.benchmark import inside

_CARDS = (
    # One for the program and one for the floor: each reads what itself has redeemed.
    """
    INSERT INTO coupons_coupon (pool_id, code, status, customer_id, original_id, value, balance, created_at, claimed_at)
    SELECT p.id, replace(c.public_id, 'bench', who), 'claimed', c.id, c.id, 1000000, 1000000, now(), now()
    FROM coupons_pool p, customers_customer c, unnest(ARRAY['ours', 'floor']) who WHERE p.slug = 'cards'
    """,
    """
    INSERT INTO coupons_movement (coupon_id, kind, amount, event_id, at)
    SELECT c.id, 'issue', c.balance, (SELECT max(e.id) FROM events_event e WHERE e.customer_id = c.customer_id), now()
    FROM coupons_coupon c
    """,
)
_POINTS = (
    """
    INSERT INTO points_lot (customer_id, event_id, account_id, points, remaining, earned_at)
    SELECT b.customer_id, (SELECT max(e.id) FROM events_event e WHERE e.customer_id = b.customer_id), b.account_id,
        1000000000, 1000000000, now() FROM points_balance b ORDER BY b.customer_id
    """,
    """
    INSERT INTO points_entry (customer_id, event_id, account_id, kind, points, lot_id, recorded_at)
    SELECT customer_id, event_id, account_id, 'earn', points, id, now() FROM points_lot
    """,
    "UPDATE points_balance SET earned = 1000000000",
    "INSERT INTO lists_customerlist (slug, name) VALUES ('club', 'Club'), ('board', 'Board')",
    """
    INSERT INTO lists_listmember (customer_id, customer_list_id, since, event_id)
    SELECT c.id, l.id, now(), 1 FROM customers_customer c, lists_customerlist l WHERE l.slug = 'club'
    """,
)
# The pattern of codes that are made beforehand.
PATTERN = "SALE-$$$$$$$$$$$$$$$$"
# So many of all rewards are not for the customers, and say so.
RESTRICTED = 10


def coupons(customers: int) -> dict[str, Any]:
    """Everybody with two gift cards, and pools for codes; the tills' keys, and what looks a code up."""
    key = inside.prepare(customers)
    many = {"type": "amount", "value": "10"}
    _apply(
        coupon_pools=[
            {"id": "cards", "name": "Cards", "source": "uploaded", "type": "gift_card", "value": "50", "currency": "EUR"},
            {"id": "sale", "name": "Sale", "source": "bulk_generation", "pattern": PATTERN, **many},
            {"id": "many", "name": "Many", "source": "uploaded", **many},
        ]
    )  # fmt: skip
    _execute(_CARDS)
    return {"key": key, "look_ups": _look_ups()}


def _look_ups() -> dict[str, str]:
    """What there is of a code; and the coupon as an event takes it, its row locked."""
    from coupons.models import Coupon
    from coupons.rows import parts_of_code

    query, _ = Coupon.objects.filter(folded="x").values_list("customer", "pool", "status").query.sql_with_params()
    taken = next(iter(parts_of_code("x"))).sql
    return {"code": query, "taken": taken.format(names="ARRAY[%s]::text[]", customers="1")}


def rewards(customers: int, number: int) -> dict[str, Any]:
    """Everybody with points and on a list; rewards with all kinds of rules; the tills' keys."""
    key = inside.prepare(customers)
    _execute(_POINTS)
    restricted = number // RESTRICTED
    _apply(
        rewards=[
            *(_reward(f"open-{one}", one, "club") for one in range(number - restricted)),
            *(_reward(f"closed-{one}", number + one, "board") for one in range(restricted)),
        ]
    )
    return {"key": key, "open": number - restricted}


def _reward(slug: str, position: int, audience: str) -> dict[str, Any]:
    at = dt.datetime.now(dt.UTC)
    return {
        "id": slug, "type": "physical", "status": "active", "position": position,
        "name": {"en": f"Reward {position}", "hu": f"Jutalom {position}"},
        "description": {"en": "A mug of porcelain, with your name on it. " * 3},
        "image_url": f"https://example.com/rewards/{position}.jpg",
        "prices": {"EUR": 10, "USD": 12},
        "audience": {"any": [{"list": audience}]},
        "starts_at": (at - dt.timedelta(days=30)).isoformat(), "ends_at": (at + dt.timedelta(days=30)).isoformat(),
        "stock": 1_000_000_000, "max_claims": 1_000_000,
    }  # fmt: skip


def _apply(**sections: Any) -> None:
    from loyalty.program.operations import apply_program
    from loyalty.staff.sender import Sender

    apply_program(sections, by=Sender(None, dt.datetime.now(dt.UTC)))


def _execute(statements: tuple[str, ...]) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def generate(number: int) -> dict[str, Any]:
    """As the worker does, but in this process."""
    from django.utils import timezone

    from coupons.models import Generation, Pool
    from coupons.stock.generating import generate_open

    Generation.objects.create(pool=Pool.objects.get(slug="sale"), number=number, created_at=timezone.now())
    started = time.perf_counter()
    made = generate_open(now=timezone.now)
    seconds = time.perf_counter() - started
    if made != number:
        raise SystemExit(f"{made} codes were made instead of {number}")
    return {"seconds": seconds}


def main(what: str, *numbers: str) -> None:
    django.setup()
    parts: dict[str, Callable[..., dict[str, Any]]] = {"coupons": coupons, "rewards": rewards, "generate": generate}
    json.dump(parts[what](*map(int, numbers)), sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
