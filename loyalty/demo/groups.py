"""Customers whom staff have chosen: on lists, by labels, in user groups, and by a request about many."""

import datetime as dt
from functools import partial

from customers.models import Customer
from loyalty.bulk.kinds import Item
from loyalty.bulk.operations import accept
from loyalty.bulk.working import work
from loyalty.engine.status import Status
from loyalty.grouping.operations import put_in_group
from loyalty.intake.actors import made_up
from loyalty.intake.sources import Source
from loyalty.program.operations import apply_program
from loyalty.staff.models import User
from loyalty.staff.sender import Sender
from segments.labels.operations import give_label
from segments.lists.bulk.kinds import CUSTOMER_ADD
from segments.lists.operations import add_member

LISTS = (
    {"id": "testers", "name": "Product testers", "status": "active"},
    {"id": "summer-party", "name": "Guests of the summer party", "status": "inactive"},
    {"id": "advent", "name": "Advent raffle", "status": "draft"},
)
# Each of the labels is given to every so many of the first customers.
LABELS = (("Törzsvásárló", 2), ("Newsletter", 3), ("Dog owner", 5))
FIRST, TESTERS, GUESTS = 30, 8, 25
# Groups that decide of nothing until somebody switches them on.
USER_GROUPS = (
    {"id": "europe", "name": "Europe", "status": "active"},
    {"id": "hungary", "name": "Hungary", "parent": "europe", "external_id": "HU-01", "status": "active"},
    {"id": "austria", "name": "Austria", "parent": "europe", "external_id": "AT-01", "status": "draft"},
)
IN_HUNGARY = 6


def choose(end: dt.datetime, by: User) -> None:
    """In the weeks before the end."""
    people = list(Customer.objects.filter(status=Status.ACTIVE).order_by("id")[:FIRST])
    apply_program({"lists": list(LISTS)}, by=Sender(None, end - dt.timedelta(days=40)))
    for customer in people[:TESTERS]:
        add_member(customer=customer, slug="testers", by=Sender(by, end - dt.timedelta(days=30))).result()
    for number, customer in enumerate(people):
        for name, every in LABELS:
            if number % every == 0:
                give_label(customer=customer, text=name, by=Sender(by, end - dt.timedelta(days=25))).result()
    apply_program({"groups": list(USER_GROUPS)}, by=Sender(None, end - dt.timedelta(days=23)))
    for customer in people[:IN_HUNGARY]:
        put_in_group(customer=customer, slug="hungary", by=Sender(by, end - dt.timedelta(days=22))).result()
    _invite(people[:GUESTS], end - dt.timedelta(days=20))


def _invite(people: list[Customer], at: dt.datetime) -> None:
    """By a request of an integration, which names somebody whom nobody knows."""
    named = [*(Item(one.public_id) for one in people), Item("unknown-guest")]
    sender = made_up(Source.API.value)
    request = accept(CUSTOMER_ADD, "summer-party", named, by=sender, at=at, batch="summer-party-2026")
    while work(request_id=request.pk, now=partial(_same, at)):
        pass


def _same(at: dt.datetime) -> dt.datetime:
    return at
