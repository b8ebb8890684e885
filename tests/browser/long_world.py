"""A programme in which everything is as long as it may be: names, addresses, IDs, amounts, labels, files."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from customers.fields.models import Field
from customers.models import Customer
from customers.notes.operations import add_note
from events.orders.models import Transaction
from events.types.models import EventType
from loyalty.accounts.enums import EXPIRING_POINTS, MULTI_ACCOUNTS
from loyalty.accounts.models import Account
from loyalty.engine.events import Incoming
from loyalty.program.models import GeneralSettings
from loyalty.program.operations import apply_program
from loyalty.staff.models import User
from loyalty.staff.sender import Sender
from loyalty.tiers.enums import TIERS_MODULE
from loyalty.transfer.models import ImportJob
from loyalty.transfer.operations import import_here
from tests.factories import NOON, checkout, make_customer, tell

# 60 and 80 characters; the second of each cannot wrap.
NAME = ("Maximiliane-Alexandrine", "Wilhelmina von Hohenstaufen-Lichtenb")
ONE_WORD = "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewis"
ADDRESS = "maximiliane.alexandrine.wilhelmina.von.hohenstaufen@customers.of.my.shop.example"
UNBROKEN = "wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissenhaft0@example.org"
LONG_ID = "9081726354" * 12 + "90817263"
FILE_NAME = "export_of_all_tills_of_the_northern_and_the_southern_region_2026-11-20_final_version_2_corrected.csv"
A_LOT = 987_654_321_098
ATTRIBUTES: dict[str, Any] = {"f" * 40: ONE_WORD * 3, "unheard_of_" * 5 + "attribute": f"{ADDRESS} " * 3}
MOST_MONEY = "9876543210.99"
# Levels with names of 60 characters, which cannot wrap, and of 100, and a structure that is called as long.
CIRCLE = "Circle of the friends and patrons of the independent booksellers of the northern and southern regions"[:100]
LEVELS: list[dict[str, Any]] = [
    {"id": "a", "name": {"en": "New"}, "threshold": 0},
    {
        "id": "b",
        "name": {"en": ONE_WORD},
        "threshold": A_LOT // 2,
        "values": {"Delivery": "free"},
        "tags": [ONE_WORD, "Free delivery"],
    },
    {"id": "c", "name": {"en": CIRCLE}, "threshold": 10**12},
]
ROLLING: dict[str, Any] = {"expiration_type": "rolling", "rolling_months": 12, "account": "main"}
LADDERS = [
    {"id": "s" * 64, "name": CIRCLE, "tiers": LEVELS, **ROLLING},
    {
        "id": "club",
        "name": "Club",
        "tiers": [
            {**LEVELS[0], "id": "n"},
            {**LEVELS[0], "id": "o", "name": {"en": "Old friend"}, "threshold": 10**11},
        ],
        **ROLLING,
    },
]


@dataclass(frozen=True)
class World:
    """`one` has all of it; `other` is much like `one`, and suspended; `few` has a short name and hardly anything."""

    one: Customer
    other: Customer
    few: Customer
    order: Transaction
    job: ImportJob
    event_id: int


def make_world(folder: Path, settings: Any, by: User) -> World:
    settings.MEDIA_ROOT = folder / "files"
    _configure()
    one, other, few = _people()
    event_id = _history(one, other, few)
    add_note(customer=one, text=f"{ONE_WORD}{ONE_WORD} {ADDRESS}", by=Sender(by, NOON))
    Customer.objects.filter(id=few.id).update(last_login_at=NOON - timedelta(hours=3))
    Customer.objects.filter(id=other.id).update(status="suspended")
    order = Transaction.objects.get(customer=one, transaction_id=LONG_ID)
    return World(one, other, few, order, _import(NOON), event_id)


def _configure() -> None:
    GeneralSettings.objects.update_or_create(
        id=1,
        defaults={
            "brand_name": "The Cooperative of Independent Booksellers",
            "modules": [EXPIRING_POINTS, MULTI_ACCOUNTS, TIERS_MODULE],
        },
    )
    apply_program({"tiers": LADDERS}, by=Sender(None, NOON))
    Account.objects.create(slug="a" * 64, name="Account of the northern and the southern regions of the cooperative")
    EventType.objects.create(action="w" * 64, name=ONE_WORD + ONE_WORD[:40], default_points=5)
    Field.objects.create(slug="f" * 40, name="Preferred shop of the northern and the southern regions", type="string")


def _people() -> Sequence[Customer]:
    first, last = NAME
    return [
        make_customer(
            "C-1",
            first_name=first,
            last_name=last,
            email=ADDRESS,
            mobile_phone="+36301234567",
            nickname=ONE_WORD,
            country="GB",
            birth_date="1965-02-18",
            **ATTRIBUTES,
            at=NOON - timedelta(days=90),
        ),
        make_customer(LONG_ID, last_name=ONE_WORD, email=UNBROKEN, at=NOON - timedelta(days=80)),
        make_customer("C-3", first_name="Bo", last_name="Li", email="bo@example.com", at=NOON - timedelta(days=70)),
    ]


def _history(one: Customer, other: Customer, few: Customer) -> int:
    """The ID of the event that earned most."""
    at = NOON - timedelta(days=20)
    later = {"expdate": "2027-03-31"}
    earned = tell(
        Incoming(one.public_id, "point_add", {"points": A_LOT, "reason": f"{ONE_WORD * 3} ok", **later}), at=at
    )
    tell(Incoming(other.public_id, "point_add", {"points": A_LOT}), at=at)
    tell(Incoming(one.public_id, "w" * 64, {"transaction_id": LONG_ID[::-1]}), at=at)
    item = {
        "product_id": LONG_ID,
        "product_name": ONE_WORD * 2,
        "product_category": ONE_WORD,
        "quantity": 987_654,
        "price": MOST_MONEY,
        "subtotal": MOST_MONEY,
    }
    for number, who in enumerate((one, other)):
        order = checkout(
            who, LONG_ID if who == one else LONG_ID[1:], MOST_MONEY, points_burned=A_LOT // 3, items=[item]
        )
        tell(order, at=at + timedelta(days=1 + number))
    tell(Incoming(one.public_id, "partial_refund", {"transaction_id": LONG_ID, "amount": "1234567890.12"}), at=NOON)
    tell(checkout(few, "R-1", 12), at=NOON)
    return earned[0].events[0].id


def _import(at: datetime) -> ImportJob:
    rows = [
        "_id,action,points,reason\n",
        "C-3,opt_in,,\n",
        f"C-3,point_add,{'9' * 80},\n",
        f"C-3,{ONE_WORD.lower()},5,\n",
    ]
    content = "".join(rows).encode()
    return import_here(model="events", name=FILE_NAME, content=[content], now=lambda: at)
