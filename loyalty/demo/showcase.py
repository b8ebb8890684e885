"""What people do in the back office: a programme with everything switched on, imports, merges, erasures, notes.

All of it through the operations that pages call, so nothing is here that a member of staff could not have done.
"""

import datetime as dt
import io
from collections.abc import Callable
from functools import partial
from typing import Any

from django.core.management import call_command
from django.db import transaction

from customers.directory.operations import note_list_view
from customers.enums import BanReason, MergeKind
from customers.erasure.operations import ban, opt_out, sweep_erasures
from customers.export.operations import export_data
from customers.life.operations import suspend
from customers.merging.operations import merge_customers
from customers.models import Customer
from customers.notes.operations import add_note
from customers.operations import change_profile, create_customer
from events.orders.enums import CHECKOUT_ACCEPT
from loyalty.accounts.enums import MULTI_ACCOUNTS
from loyalty.engine.events import Incoming
from loyalty.engine.record import record_one
from loyalty.http.origin import Origin
from loyalty.intake.actors import made_up
from loyalty.intake.sources import Source
from loyalty.points.expiry.operations import expire_points
from loyalty.program.models import GeneralSettings
from loyalty.program.operations import apply_program
from loyalty.program.queries import general_settings
from loyalty.staff.audit.enums import Note
from loyalty.staff.audit.writing import write_down
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from loyalty.staff.sender import Sender
from loyalty.tiers.enums import TIERS_MODULE
from loyalty.tiers.expiry.operations import expire_tiers
from loyalty.transfer.enums import Model
from loyalty.transfer.operations import import_here

from . import coupons, files, groups, rewards
from .catalogue import make_catalogue
from .hero import HERO, Scene, scenes

# How many days before the end what was imported; the last file is the one before once more.
FAIR = 46
IMPORTS = (
    (120, Model.CUSTOMERS, "customers-of-the-old-shop.csv"),
    (45, Model.EVENTS, "fair.csv"),
    (44, Model.EVENTS, "fair.csv"),
)
CLUB = {"id": "club", "name": "Club account", "currency_label": "stars"}
# Everybody's from the first day on; who holds the highest level earns half as much again.
TIERS: dict[str, Any] = {
    "id": "club", "name": "Club", "account": "main", "expiration_type": "rolling", "rolling_months": 12, "downgrade": True,
    "tiers": [
        {"id": "basic", "name": {"en": "Basic"}, "threshold": 0},
        {"id": "silver", "name": {"en": "Silver"}, "threshold": 500},
        {"id": "gold", "name": {"en": "Gold"}, "threshold": 1_500, "multiplier": "1.5", "tags": ["Free delivery"]},
    ],
}  # fmt: skip
BEAUTY = {
    "id": "double_beauty", "account": "main", "name": "Double points on beauty", "multiplier": "2",
    "categories": ["Beauty"], "customer_limit": 100, "total_limit": 100_000,
}  # fmt: skip
SEGMENTS: list[dict[str, Any]] = [
    {"id": "recent-buyers", "name": "Recent buyers", "rule": {"fact": "purchases.any", "window": {"last": 30}}},
    {
        "id": "sleeping", "name": "Sleeping", "description": "Bought once, and not for three months.",
        "rule": {"all": [
            {"fact": "purchases.any"}, {"fact": "purchases.days_since", "op": "more", "value": 90},
        ]},
    },
    {
        "id": "gold-birthdays", "name": "Gold with a birthday", "announces": True,
        "rule": {"all": [
            {"fact": "tiers.level", "options": {"level": "club/gold"}},
            {"fact": "customer.birthday", "op": "within", "value": {"next": 14}},
        ]},
    },
]  # fmt: skip


def prepare(start: dt.datetime) -> None:
    """Before the story begins: levels are of those who do something from then on."""
    modules = sorted({*general_settings().modules, TIERS_MODULE})
    apply_program({"settings": {"modules": modules}, "tiers": [TIERS]}, by=Sender(None, start))


# One of each role; nobody can log in as them.
PEOPLE = (
    ("demo.manager", "Dóra", "Demeter", Role.MANAGER),
    ("demo.agent", "Sára", "Szép", Role.SERVICE_AGENT),
    ("demo.analyst", "Ágnes", "Adorján", Role.ANALYST),
    ("demo.integrator", "Imre", "Illés", Role.INTEGRATOR),
    ("demo.reader", "Réka", "Rácz", Role.READ_ONLY),
)


def show(end: dt.datetime) -> None:
    """After the story, which ends at `end`. May be told once only."""
    make_catalogue(end)
    by = colleague()
    configure(end)
    _tell(scenes(end), by)
    with transaction.atomic():
        _others(end, by)
    groups.choose(end, by)
    coupons.hand_out(end, by)
    rewards.offer(end)
    content = {Model.CUSTOMERS: files.CUSTOMERS, Model.EVENTS: files.events((end - dt.timedelta(days=FAIR)).date())}
    for days, model, name in IMPORTS:
        at = end - dt.timedelta(days=days)
        import_here(model=model, name=name, content=[content[model].encode()], now=partial(_same, at))
    sweep_erasures(at=end)


def _same(at: dt.datetime) -> dt.datetime:
    return at


def colleague() -> User:
    """The manager whom the demo's deeds are said to be of. There is an administrator before, who may give people passwords."""
    call_command("first_run", stdout=io.StringIO())
    for username, first_name, last_name, role in PEOPLE:
        named = {"first_name": first_name, "last_name": last_name, "role": role}
        found, is_new = User.objects.get_or_create(username=username, defaults=named)
        if is_new:
            found.set_unusable_password()
            found.save()
    return User.objects.get(username="demo.manager")


def configure(at: dt.datetime) -> None:
    """A second account, a bonus with limits, and what forints earn."""
    modules = [*GeneralSettings.objects.get().modules, MULTI_ACCOUNTS]
    program: dict[str, Any] = {
        "settings": {"modules": sorted(set(modules))},
        "accounts": [
            {"id": "main", "earning": {"percentage": "100", "percentages": {"HUF": "0.25"}}},
            {**CLUB, "earning": {"percentage": "0"}},
        ],
        "bonuses": [BEAUTY],
        "segments": SEGMENTS,
    }
    apply_program(program, by=Sender(None, at))


def _decides(*, accepting: bool, at: dt.datetime) -> None:
    """Whether orders wait for their acceptance: only while the story needs it, since what visitors send should count at once."""
    modules = {*GeneralSettings.objects.get().modules} - {CHECKOUT_ACCEPT}
    modules |= {CHECKOUT_ACCEPT} if accepting else set()
    apply_program({"settings": {"modules": sorted(modules)}}, by=Sender(None, at))


def _tell(told: list[Scene], by: User) -> None:
    accepting = False
    for scene in told:
        if scene.accepting != accepting:
            accepting = scene.accepting
            _decides(accepting=accepting, at=scene.at)
        if scene.action in BY_STAFF:
            BY_STAFF[scene.action](scene, by)
        else:
            staff_id = by.pk if scene.source == Source.BACK_OFFICE else None
            actor = made_up(scene.source, detail="demo", staff_id=staff_id)
            record_one(Incoming(scene.customer, scene.action, scene.data, account=scene.account), by=actor, at=scene.at)
    if accepting:
        _decides(accepting=False, at=told[-1].at)


def _customer(public_id: str) -> Customer:
    return Customer.objects.get(identities__scheme="id", identities__value=public_id)


def _merge(scene: Scene, by: User) -> None:
    source, target = _customer(scene.data["source"]), _customer(scene.customer)
    merge_customers(source, target, kind=MergeKind.FULL, by=Sender(by, scene.at))


def _note(scene: Scene, by: User) -> None:
    add_note(customer=_customer(scene.customer), text=scene.data["text"], by=Sender(by, scene.at))


def _expire(scene: Scene, by: User) -> None:
    """As the timer would have done on that day: nothing is due any more of the customers before."""
    expire_points(now=partial(_same, scene.at))
    expire_tiers(now=partial(_same, scene.at))


BY_STAFF: dict[str, Callable[[Scene, User], None]] = {"merge": _merge, "note": _note, "expire": _expire}


# Others: by name, why they are there.

OFFICE = Origin("192.0.2.44", "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0")
LONG: dict[str, Any] = {
    "first_name": "Maximiliane Alexandra Theodora", "last_name": "von und zu Hohenstein-Wittgenstein",
    "email": "maximiliane.alexandra.theodora.von.und.zu.hohenstein@post.wittgenstein.example.com",
    "language": "de", "country": "DE", "currency": "EUR", "mobile_phone": "+49 151 55500001", "birth_date": "1961-05-04",
    "address": "Am Alten Herrenhaus hinter der Sankt-Maximilian-Kirche 128a, Hinterhaus links, 3. Stock",
}  # fmt: skip
LEAVING = {"first_name": "Gone", "last_name": "Tomorrow", "email": "gone.tomorrow@example.com", "country": "GB"}


def _others(end: dt.datetime, by: User) -> None:
    """Somebody with a long name, one who has asked to be forgotten, one who was banned, one whose case is open."""

    def ago(days: int) -> Sender:
        return Sender(by, end - dt.timedelta(days=days), OFFICE)

    create_customer(public_id=f"{HERO}-long", profile=LONG, active=True, by=ago(80))
    leaver = create_customer(public_id=f"{HERO}-leaver", profile=LEAVING, active=True, by=ago(70)).result()
    opt_out(leaver, by=ago(20))
    profile = {**LEAVING, "last_name": "Fraud", "email": "gone.fraud@example.com"}
    fraud = create_customer(public_id=f"{HERO}-fraud", profile=profile, active=True, by=ago(65)).result()
    ban(fraud, BanReason.FRAUD, by=ago(15))
    profile = {**LEAVING, "first_name": "Sven", "last_name": "Wait", "email": "sven.wait@example.com", "country": "SE"}
    waiting = create_customer(public_id=f"{HERO}-waits", profile=profile, active=True, by=ago(50)).result()
    suspend(customer=waiting, reason="Receipts of other people", by=ago(3))
    add_note(customer=waiting, text="Waits for the answer of the shop in Malmö.", by=ago(3))
    _works(end, by, waiting)


def _works(end: dt.datetime, by: User, waiting: Customer) -> None:
    """What the audit trail tells of a morning: a mistyped password, a log-in, an address, a log-out."""
    subject = f"user:{by.pk}"

    def at(minutes: int, user: User | None = by) -> Sender:
        return Sender(user, end - dt.timedelta(days=2, minutes=-minutes), OFFICE)

    write_down(Note.SIGN_IN_FAILED, by=at(0, None), subject=subject)
    write_down(Note.SIGNED_IN, by=at(1), subject=subject)
    note_list_view(rows=25, leafing=False, by=at(2))
    change_profile(customer=waiting, changes={"city": "Malmö", "mobile_phone": "+46 70 550 00 01"}, by=at(9))
    export_data(customer=waiting, format="json", by=at(15))
    write_down(Note.SIGNED_OUT, by=at(240), subject=subject)
