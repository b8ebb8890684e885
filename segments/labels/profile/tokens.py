"""The labels of a customer on the Personal information: tokens, each of which can be taken, and a field to give one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from customers.models import Customer
from customers.profile.frame import PersonalCards, ProfilePage
from loyalty.staff.permissions import may
from segments.labels.models import Label
from segments.labels.queries import active_labels, labels_of
from segments.labels.rights import GIVE_LABELS, VIEW_LABELS

MOST_OFFERED = 200


@dataclass(frozen=True)
class Tokens:
    """`offered`: the names of labels that may be given, for completion."""

    customer: Customer
    labels: Sequence[Label]
    offered: Sequence[str]
    may_give: bool


def tokens_of(customer: Customer, *, may_give: bool) -> Tokens:
    offered = active_labels().order_by("name").values_list("name", flat=True)[:MOST_OFFERED] if may_give else []
    return Tokens(customer, labels_of([customer])[customer.id], list(offered), may_give)


def _cards(page: ProfilePage) -> Iterable[tuple[str, Any]]:
    if may(page.request.user, VIEW_LABELS):
        yield "labels/tokens.html", tokens_of(page.customer, may_give=page.may(GIVE_LABELS))


PERSONAL = PersonalCards(_cards)
