"""Random people with random lives around midnights, year ends, changes of the clocks and 29 February."""

import datetime as dt
import random
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from customers.fields.models import Field
from customers.models import Customer, Merge
from events.models import Event
from events.orders.models import Transaction
from events.types.models import EventType
from loyalty.accounts.models import Account
from loyalty.points.ledger.models import Balance, Lot
from loyalty.tiers.models import CustomerTier, Level, Structure
from tests.engine.world import rows

BERLIN = ZoneInfo("Europe/Berlin")
# Each with windows that cross something.
TODAYS = tuple(
    dt.date.fromisoformat(day)
    for day in ("2024-02-29", "2024-03-01", "2025-01-02", "2025-02-28", "2025-03-31", "2025-10-27", "2025-12-31")
)
ACTIONS = ("review_submit", "login", "referral", "game_played")
PRODUCTS, CATEGORIES, CURRENCIES = ("MUG", "jug", "Pot 7"), ("mugs", "Garden"), ("EUR", "HUF", None)
CHANNELS, LEVELS = ("web", "Shop", "app 2"), ("silver", "gold")
NAMES = ("Ann", "bob", "Éva", "O'Neil", 'Say "hi"', "50% off", None)
COUNTRIES, COLOURS, HOBBIES = ("DE", "AT", "HU", None), ("red", "Blue"), ("chess", "Go", "judo")


def moment(seed: random.Random) -> dt.datetime:
    """Often at a local midnight, or just before."""
    day = seed.choice(TODAYS) + dt.timedelta(days=seed.randint(-70, 5))
    midnight = dt.datetime.combine(day, dt.time(), BERLIN)
    return seed.choice([
        midnight, midnight - dt.timedelta(microseconds=1), midnight + dt.timedelta(hours=seed.randint(0, 23), minutes=7),
    ]).astimezone(dt.UTC)  # fmt: skip


def birth_date(seed: random.Random) -> dt.date | None:
    near = seed.choice(TODAYS) + dt.timedelta(days=seed.randint(-3, 12))
    year = seed.choice((1960, 1984, 1999, 2000, 2005))
    wanted = seed.choice([None, dt.date(2000, 2, 29), (year, near.month, near.day)])
    if isinstance(wanted, tuple):
        wanted = dt.date(year, near.month, 28 if (near.month, near.day) == (2, 29) else near.day)
    return wanted


def properties(seed: random.Random) -> dict[str, Any]:
    found = {
        "shoe_size": seed.choice([None, 38, 42, 42.5, "42"]),
        "wants_mail": seed.choice([None, True, False]),
        "colour": seed.choice([None, *COLOURS, "violet"]),
        "joined_on": seed.choice([None, "2025-01-01", "2024-02-29", "2025-02-31", "infinity", "today"]),
        "hobbies": seed.choice([None, [], ["chess"], ["CHESS", "Go"], ["judo"]]),
    }
    return {name: value for name, value in found.items() if value is not None}


def configured() -> None:
    fields = {"shoe_size": "numeric", "wants_mail": "boolean", "colour": "select", "joined_on": "date",
              "hobbies": "list"}  # fmt: skip
    for slug, type in fields.items():
        Field.objects.create(slug=slug, name=slug, type=type, options=list(COLOURS) if type == "select" else [])
    EventType.objects.get_or_create(action="game_played", defaults={"name": "Game played"})
    main = Account.objects.get(is_default=True)
    Account.objects.create(slug="stars", name="Stars")
    status = Structure.objects.create(slug="status", name="Status", account=main)
    for place, slug in enumerate(LEVELS):
        Level.objects.create(structure=status, slug=slug, position=place, names={"en": slug.capitalize()})


def people(seed: random.Random, number: int = 60) -> list[Customer]:
    found = [
        Customer(
            public_id=f"P-{at}", status=seed.choice(["active", "active", "active", "suspended", "inactive", "opted_out"]),
            first_name=seed.choice(NAMES), country=seed.choice(COUNTRIES), birth_date=birth_date(seed),
            optin_at=seed.choice([None, moment(seed)]), last_login_at=seed.choice([None, moment(seed)]),
            created_at=moment(seed), updated_at=moment(seed), properties=properties(seed),
        )
        for at in range(number)
    ]  # fmt: skip
    return Customer.objects.bulk_create(found)


def live(seed: random.Random, customers: list[Customer]) -> None:
    """What each of them has done and has; one in ten nothing at all."""
    merged = [Customer.objects.create(public_id=f"M-{one.id}", status="merged", created_at=one.created_at,
                                      updated_at=one.created_at) for one in customers[::6]]  # fmt: skip
    for source, survivor in zip(merged, customers[::6], strict=True):
        Merge.objects.create(source=source, survivor=survivor, into=survivor.id, kind="full", merged_at=moment(seed),
                             source_event=1, survivor_event=1)  # fmt: skip
        Event.objects.bulk_create([event(seed, source) for _ in range(seed.randint(0, 3))])
    for one in customers:
        if seed.random() < 0.9:
            Event.objects.bulk_create([event(seed, one) for _ in range(seed.randint(0, 5))])
            cause = Event.objects.create(customer=one, action="opt_in", source="api", program_version=1,
                                         occurred_at=one.created_at, recorded_at=one.created_at)  # fmt: skip
            Transaction.objects.bulk_create([order(seed, one, at, cause) for at in range(seed.randint(0, 5))])
            hold(seed, one, cause)


def event(seed: random.Random, customer: Customer) -> Event:
    data = {
        "channel": seed.choice([None, *CHANNELS]),
        "score": seed.choice([None, 3, "7", "many", 12.5, "NaN", "Infinity", "-inf"]),
    }
    at = moment(seed)
    return Event(customer=customer, action=seed.choice(ACTIONS), occurred_at=at, recorded_at=at, program_version=1,
                 data={name: value for name, value in data.items() if value is not None}, source="api")  # fmt: skip


def order(seed: random.Random, customer: Customer, at: int, cause: Event) -> Transaction:
    total = Decimal(seed.choice(["0", "40", "60", "100", "99.99"]))
    status = seed.choice(["accepted", "accepted", "refunded", "pending"])
    when = moment(seed)
    lines = [
        {
            "product_id": seed.choice(PRODUCTS),
            "category": seed.choice(CATEGORIES),
            "quantity": seed.randint(1, 3),
            "subtotal": 10,
        }
        for _ in range(seed.randint(0, 2))
    ]
    return Transaction(
        customer=customer, transaction_id=f"T-{customer.id}-{at}", status=status, event_id=cause.id, total=total,
        refunded=seed.choice([Decimal(0), total]) if status != "pending" else 0, items=lines,
        currency=seed.choice(CURRENCIES), checkout_at=when, created_at=when, updated_at=when,
        accepted_at=None if status == "pending" else when,
    )  # fmt: skip


def hold(seed: random.Random, customer: Customer, cause: Event) -> None:
    for account in Account.objects.all():
        if seed.random() < 0.7:
            Balance.objects.create(customer=customer, account=account, earned=seed.choice([0, 50, 500]), spent=0)
            for _ in range(seed.randint(0, 2)):
                Lot.objects.create(
                    customer=customer, account=account, event_id=cause.id, points=100, remaining=seed.choice([0, 40, 100]),
                    earned_at=moment(seed), expires_at=seed.choice([None, moment(seed)]),
                )  # fmt: skip
    if seed.random() < 0.6:
        level = Level.objects.get(slug=seed.choice(LEVELS))
        ends = seed.choice([None, seed.choice(TODAYS) + dt.timedelta(days=seed.randint(-2, 9))])
        CustomerTier.objects.create(customer=customer, structure_id=level.structure_id, level=level, since=moment(seed),
                                    expires_on=ends)  # fmt: skip


def selected(sql: str, params: Any) -> set[int]:
    return {row[0] for row in rows(sql, params)}
