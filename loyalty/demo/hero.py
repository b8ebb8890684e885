"""Emma Everett, to whom everything has happened that can happen to a customer. Pure."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from customers.life.mechanism import kept_on

HERO, CARD, FRIEND = "demo-everything", "demo-old-card", "demo-friend"
BIRTH_YEAR, JOINED, GIFT = 1984, 395, 200
PROFILE: dict[str, Any] = {
    "first_name": "Emma", "last_name": "Everett", "nickname": "Em", "email": "emma.everett@example.com",
    "mobile_phone": "+44 7700 900123", "gender": "female", "language": "en", "country": "GB", "currency": "GBP",
    "city": "Bristol", "address": "Flat 12, The Old Glassworks, 3 Avon Street, Bristol BS2 0PS", "newsletter": True,
    "src": "web", "referrer": "spring-campaign",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scene:
    """An event, or a deed of staff or of the timer (`merge`, `note`, `expire`); `accepting`: while orders wait for their acceptance."""

    at: dt.datetime
    action: str
    data: dict[str, Any] = field(default_factory=dict)
    source: str = "api"
    customer: str = HERO
    account: str | None = None
    accepting: bool = False


def scenes(end: dt.datetime) -> list[Scene]:
    """In the order in which they are recorded, each as it happens; `end` is the beginning of a day."""
    chapters = (_joins(end), _shops(end), _points(end), _people(end), _waits(end))
    return sorted((scene for chapter in chapters for scene in chapter), key=attrgetter("at"))


def _ago(end: dt.datetime, days: float) -> dt.datetime:
    return end - dt.timedelta(days=days) + dt.timedelta(hours=10)


def _day(end: dt.datetime, days: int) -> str:
    """So many days after the end."""
    return (end + dt.timedelta(days=days)).date().isoformat()


def _joins(end: dt.datetime) -> Iterator[Scene]:
    birthday = _ago(end, 300)
    birth = kept_on(birthday.date(), BIRTH_YEAR)
    yield Scene(_ago(end, JOINED + 5), "subscribe", {"email": PROFILE["email"], "src": "old shop"}, "import")
    yield Scene(_ago(end, JOINED), "opt_in", {**PROFILE, "birth_date": birth.isoformat()})
    yield Scene(_ago(end, JOINED - 1), "profile", {"city": "Bath", "marital_status": "married"}, "back_office")
    for days in (390, 200, 60, 9, 3, 1):
        yield Scene(_ago(end, days), "login")
    yield Scene(birthday, "birthday", source="timer")
    gift = {"points": GIFT, "reason": "Birthday gift", "expdate": _day(end, -240)}
    yield Scene(_ago(end, 299.9), "point_add", gift)
    yield Scene(_ago(end, 238), "expire")
    # What counted for her level a year before counts no longer.
    yield Scene(_ago(end, 18), "expire")
    joined = _ago(end, JOINED)
    day = kept_on(joined.date(), joined.year + 1)
    yield Scene(dt.datetime.combine(day, dt.time(11), dt.UTC), "anniversary", source="timer")


def order(number: int, *lines: tuple[str, str, int, str], **more: Any) -> dict[str, Any]:
    """Lines are (product, category, quantity, price of one)."""
    items = [
        {
            "product_id": f"X-{place}", "product_name": name, "product_category": category, "quantity": quantity,
            "price": price, "subtotal": str(quantity * int(price)),
        }
        for place, (name, category, quantity, price) in enumerate(lines, start=1)
    ]  # fmt: skip
    total = sum(quantity * int(price) for _, _, quantity, price in lines)
    return {"transaction_id": f"EMMA-{number:02}", "total": str(total), "items": items, "channel": "web", **more}


def _of(number: int, reason: str, **more: Any) -> dict[str, Any]:
    return {"transaction_id": f"EMMA-{number:02}", "reason": reason, **more}


COAT, BOOTS, SERUM = (
    ("Winter coat", "Fashion", 1, "129"),
    ("Leather boots", "Fashion", 1, "90"),
    ("Face serum", "Beauty", 3, "25"),
)
LAMP, CHAIR = ("Table lamp", "Home", 2, "35"), ("Armchair", "Home", 1, "399")


def _shops(end: dt.datetime) -> Iterator[Scene]:
    """Orders of every end; two that use up the limit of a bonus; one in another currency, one paid in part by points."""
    yield Scene(_ago(end, 385), "checkout", order(1, COAT, LAMP, channel="store"))
    yield Scene(_ago(end, 370), "checkout", order(2, ("Shawl", "Fashion", 1, "12000"), currency="HUF"))
    yield Scene(_ago(end, 350), "checkout", order(3, SERUM))
    yield Scene(_ago(end, 340), "checkout", order(4, SERUM, LAMP))
    yield Scene(_ago(end, 330), "checkout", order(5, CHAIR))
    yield Scene(_ago(end, 325), "refund", _of(5, "Too large for the room"), "back_office")
    yield Scene(_ago(end, 280), "checkout", order(6, COAT, BOOTS))
    yield Scene(_ago(end, 275), "refund_item", _of(6, "Did not fit", product_id="X-2"), "back_office")
    yield Scene(_ago(end, 260), "checkout", order(7, LAMP))
    yield Scene(_ago(end, 255), "partial_refund", _of(7, "Scratched on arrival", amount="20"), "back_office")
    yield Scene(_ago(end, 250), "checkout", order(8, BOOTS))
    yield Scene(_ago(end, 249), "checkout_reject", _of(8, "Payment failed"))
    yield Scene(_ago(end, 160), "checkout", order(9, CHAIR, total="397", discount="2", points_burned=200))
    yield Scene(_ago(end, 40), "checkout", order(10, COAT), accepting=True)
    yield Scene(_ago(end, 39), "checkout", order(11, BOOTS), accepting=True)
    yield Scene(_ago(end, 38), "checkout_accept", _of(10, "Paid"), accepting=True)
    yield Scene(_ago(end, 37), "checkout_reject", _of(11, "Out of stock"), accepting=True)
    yield Scene(_ago(end, 36), "checkout", order(12, LAMP, SERUM), accepting=True)


def _points(end: dt.datetime) -> Iterator[Scene]:
    """By hand and by themselves, in both accounts."""
    yield Scene(_ago(end, 220), "point_spend", {"points": 300, "reason": "Coffee voucher"})
    yield Scene(_ago(end, 218), "point_unspend", {"points": 100, "reason": "Voucher returned"}, "back_office")
    yield Scene(_ago(end, 215), "point_sub", {"points": 20, "reason": "Counted twice at the till"}, "back_office")
    yield Scene(_ago(end, 214), "point_fix", {"points": 5, "reason": "One point too few"}, "back_office")
    yield Scene(_ago(end, 150), "point_add", {"points": 40, "reason": "Club evening"}, account="club")
    yield Scene(_ago(end, 149), "point_spend", {"points": 15, "reason": "Club drink"}, account="club")
    yield Scene(
        _ago(end, 30),
        "point_add",
        {"points": 150, "reason": "Complaint settled", "expdate": _day(end, 12)},
        "back_office",
    )
    yield Scene(
        _ago(end, 8), "checkout_item", {"transaction_id": "EMMA-13", "product_id": "X-1", "quantity": 1, "price": "25"}
    )
    yield Scene(_ago(end, 8), "reserve_points", {"transaction_id": "EMMA-13", "points": 120})
    yield Scene(_ago(end, 7), "release_points", {"transaction_id": "EMMA-13", "points": 20})


def _people(end: dt.datetime) -> Iterator[Scene]:
    """Suspended and back, merged with an old card, somebody brought, asked, written about."""
    yield Scene(_ago(end, 190), "suspend", {"reason": "Card lost"}, "back_office")
    yield Scene(_ago(end, 188), "unsuspend", {"reason": "New card sent"}, "back_office")
    card = {"first_name": "Emma", "last_name": "Everett", "email": "emma@example.org", "country": "GB"}
    yield Scene(_ago(end, 360), "opt_in", card, customer=CARD)
    yield Scene(_ago(end, 355), "point_add", {"points": 75, "reason": "Opening of the store"}, customer=CARD)
    yield Scene(_ago(end, 120), "merge", {"source": CARD}, "back_office")
    friend = {"first_name": "Frida", "last_name": "Friend", "email": "frida.friend@example.com", "country": "SE"}
    yield Scene(_ago(end, 100), "opt_in", friend, customer=FRIEND)
    yield Scene(_ago(end, 99), "referral", {"referred": FRIEND})
    yield Scene(_ago(end, 95), "profiling_answer", {"attribute": "favourite_colour", "answer": "green"})
    yield Scene(_ago(end, 94), "review_submit", {"product_id": "X-1", "rating": 5, "review": "Warm and light."})
    yield Scene(_ago(end, 187), "note", {"text": "Lost her card on the train; knows her old number by heart."})
    yield Scene(_ago(end, 5), "note", {"text": "Would like the boots of EMMA-11 as soon as they are back."})


def _waits(end: dt.datetime) -> Iterator[Scene]:
    """A promise of the shop that is for the future: what expires, and when, was changed once."""
    yield Scene(
        _ago(end, 2), "point_add", {"points": 60, "reason": "Anniversary", "expdate": _day(end, 60)}, "back_office"
    )
