"""Bulk requests about lists: many customers put on one, or taken off it."""

from collections.abc import Sequence
from functools import partial

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from loyalty.bulk.kinds import BulkKind, Result, Work
from loyalty.engine.events import Incoming
from loyalty.engine.record import record
from segments.lists.actions import ADD, LIST, REMOVE

FAMILY = "customer-list"


def _record(action: str, work: Work) -> Sequence[Result]:
    events = [Incoming(item.name, action, {LIST.name: work.target}) for item in work.items]
    outcomes = record(events, by=work.by, at=work.at)
    return [Result(one.state.customer.id if one.state else None, one.error) for one in outcomes]


def _page(target: str) -> str:
    return reverse("lists:members", args=[target])


CUSTOMER_ADD = BulkKind("customer_add", FAMILY, _("Add to list"), partial(_record, ADD.name), _page)
CUSTOMER_REMOVE = BulkKind("customer_remove", FAMILY, _("Remove from list"), partial(_record, REMOVE.name), _page)
