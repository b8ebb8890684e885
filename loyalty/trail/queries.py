"""The audit trail as people read it: what a filter finds, and each row with the names of what it tells of."""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from customers.directory.search import Filters as Statuses
from customers.directory.search import search
from customers.models import Customer, Merge
from customers.sight.queries import reached, seen
from loyalty.engine.status import DEPARTED, Status
from loyalty.staff.audit.enums import Note
from loyalty.staff.audit.kinds import SubjectKind, Text, labels_of_fields, operation_labels, seen_values, subject_kinds
from loyalty.staff.audit.models import KIND, AuditEntry
from loyalty.staff.audit.words import Difference, differences
from loyalty.staff.models import User
from loyalty.staff.sight import EVERYTHING, Sight
from loyalty.ui.paging import Order

from .agents import agent_in_words

# By time, which is personal where the row is of an erased customer: a cursor names the row alone.
NEWEST = Order("at", descending=True, personal=True)
EVERYBODY = Statuses((Status.ACTIVE.value, Status.SUSPENDED.value, Status.INACTIVE.value))
MOST_CUSTOMERS = 20
LARGEST_KEY = 2**63 - 1
NUMBERS = re.compile(r"#(?P<keys>[0-9]{1,19}(,[0-9]{1,19}){0,39})(?P<more>\+?)")


@dataclass(frozen=True)
class Filters:
    """Which rows are asked for: None or an empty text for all. `customers` are profiles, `keys` those of subjects of the kind;
    of customers that the `sight` does not see there are none."""

    staff: int | None = None
    nobody: bool = False
    customers: Sequence[int] | None = None
    operation: str = ""
    kind: str = ""
    keys: Sequence[str] | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    sight: Sight = EVERYTHING


def entries(filters: Filters) -> Sequence[QuerySet[AuditEntry]]:
    """In no order, in as many parts as an index has ranges for them; each is sorted by it."""
    found = AuditEntry.objects.filter(reached(filters.sight, "customer_id"))
    if filters.staff is not None or filters.nobody:
        found = found.filter(staff=filters.staff)
    if filters.operation:
        found = found.filter(operation=filters.operation)
    if filters.since:
        found = found.filter(at__gte=filters.since)
    if filters.until:
        found = found.filter(at__lt=filters.until)
    return _ranges(found, filters) or [AuditEntry.objects.none()]


def _ranges(found: QuerySet[AuditEntry], filters: Filters) -> Sequence[QuerySet[AuditEntry]]:
    subjects = [f"{filters.kind}:{key}" for key in filters.keys or ()]
    if filters.kind and filters.keys is None:
        found = found.exclude(subject="").alias(subject_kind=KIND).filter(subject_kind=filters.kind)
    if filters.customers is None:
        return [found] if filters.keys is None else [found.filter(subject=one) for one in subjects]
    if filters.keys is not None:
        found = found.filter(subject__in=subjects)
    return [found.filter(customer_id=one) for one in filters.customers]


def customers_found(text: str, sight: Sight = EVERYTHING) -> tuple[Sequence[int], bool]:
    """The profiles that a text means, as the list of customers finds them, and whether there are more than are taken.

    `#12` is the profile of that number, which is all that is left of one that was erased; `#12,15+` are several, of more.
    """
    if numbers := NUMBERS.fullmatch(text):
        keys = [int(number) for number in numbers["keys"].split(",")]
        return [key for key in keys if key <= LARGEST_KEY][: 2 * MOST_CUSTOMERS], bool(numbers["more"])
    matches = search(text, replace(EVERYBODY, sight=sight))
    people = [matches.exact] if matches.exact is not None else list(matches.ids)
    chosen = people[:MOST_CUSTOMERS]
    merged = Merge.objects.filter(survivor_id__in=chosen).order_by("source_id").values_list("source_id", flat=True)
    return [*chosen, *merged[:MOST_CUSTOMERS]], len(people) > MOST_CUSTOMERS


def numbers_of(found: tuple[Sequence[int], bool]) -> str:
    """What means the same profiles and names nobody: what people type stays out of addresses."""
    keys, has_more = found
    return f"#{','.join(map(str, keys or [0]))}{'+' if has_more else ''}"


@dataclass(frozen=True)
class Named:
    """What a row tells of; without an address there is no page of it any more, or never was."""

    label: str
    url: str | None = None


@dataclass(frozen=True)
class Row:
    entry: AuditEntry
    who: str
    what: Text
    customer: Named | None
    subject: Named | None
    differences: Sequence[Difference]

    @property
    def agent(self) -> str:
        return agent_in_words(self.entry.user_agent)

    @property
    def fields(self) -> str:
        """Which have changed."""
        return ", ".join(one.label for one in self.differences)


def rows_of(found: Iterable[AuditEntry], sight: Sight = EVERYTHING) -> list[Row]:
    """With their names, as somebody sees them; a query for the people, one for the customers, one for each kind of subject
    among them."""
    told = [_seen(one, sight) for one in found]
    names = Names(told, sight)
    return [
        Row(
            entry=one,
            who=names.who(one),
            what=operation_labels().get(one.operation, one.operation),
            customer=names.customer(one.customer_id),
            subject=names.subject(one),
            differences=names.differences(one),
        )
        for one in told
    ]


def _seen(entry: AuditEntry, sight: Sight) -> AuditEntry:
    """The same one, without what is not seen of the customer."""
    if entry.customer_id and not sight.is_full:
        for values in ("before", "after"):
            setattr(entry, values, seen_values(entry.operation, entry.subject, getattr(entry, values), sight))
    return entry


class Names:
    """Of all that some rows tell of."""

    def __init__(self, told: Sequence[AuditEntry], sight: Sight) -> None:
        self._told, self._sight = told, sight
        keys: dict[str, set[str]] = defaultdict(set)
        for one in told:
            kind, _, key = one.subject.partition(":")
            keys[kind].add(key)
        self._subjects = {
            kind: subject_kinds()[kind].names(list(keys[kind])) for kind in keys if kind in subject_kinds()
        }
        self._labels: dict[str, Mapping[str, Text]] = {}

    @cached_property
    def _staff(self) -> dict[int, User]:
        return User.objects.in_bulk([one.staff_id for one in self._told if one.staff_id])

    @cached_property
    def _keys(self) -> Mapping[str, str]:
        return subject_kinds()["api_key"].names(list({str(one.key_id) for one in self._told if one.key_id}))

    @cached_property
    def _customers(self) -> dict[int, Customer]:
        whom = {one.customer_id for one in self._told if one.customer_id}
        others = {one.subject.partition(":")[2] for one in self._told if one.subject.startswith("customer:")}
        wanted = [*whom, *(int(key) for key in others if key.isdecimal())]
        people = Customer.objects.filter(reached(self._sight)).defer("properties")
        found = people.in_bulk(wanted) if wanted else {}
        return {key: seen(one, self._sight) for key, one in found.items()}

    def who(self, one: AuditEntry) -> str:
        if one.staff_id:
            return str(self._staff[one.staff_id])
        if one.key_id:
            return gettext("API key %(name)s") % {"name": self._keys.get(str(one.key_id), one.key_id)}
        return gettext("Nobody logged in") if one.operation == Note.SIGN_IN_FAILED else gettext("Server")

    def customer(self, key: int | None) -> Named | None:
        if key is None:
            return None
        found = self._customers.get(key)
        if found is None or found.status in DEPARTED:
            return Named(gettext("Customer %(number)s, who has left") % {"number": key})
        return Named(found.name, reverse("customers:overview", args=[key]))

    def subject(self, one: AuditEntry) -> Named | None:
        kind, _, key = one.subject.partition(":")
        if kind == "customer" and key.isdecimal():
            return self.customer(int(key))
        known = subject_kinds().get(kind)
        if known is None:
            return Named(one.subject) if one.subject else None
        names = self._subjects[kind]
        is_there = known.model is None or key in names
        return Named(f"{known.label} {names.get(key, key)}", known.address(key, one.customer_id) if is_there else None)

    def differences(self, one: AuditEntry) -> list[Difference]:
        if not (one.before or one.after):
            return []
        kind: SubjectKind | None = subject_kinds().get(one.subject.partition(":")[0])
        return differences(one.before, one.after, self._fields(one.operation), kind.model if kind else None)

    def _fields(self, operation: str) -> Mapping[str, Any]:
        if operation not in self._labels:
            self._labels[operation] = labels_of_fields(operation)
        return self._labels[operation]
