"""Who is in an audience, how many they are, and for one customer the reasons why not."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext

from customers.models import Customer
from loyalty.engine.status import DEPARTED
from segments.language.compiling import Statement

from .audience import Audience, Group, names_of
from .kinds import group_kinds

NOT_IN, KEPT_OUT = "not_in", "kept_out"


@dataclass(frozen=True)
class Reason:
    """Why a customer is not in an audience: in none of these groups, or in one that keeps out."""

    code: str
    groups: Sequence[str]

    def __str__(self) -> str:
        names = gettext(" or ").join(self.groups)
        return gettext("in %s") % names if self.code == KEPT_OUT else gettext("not in %s") % names


class _Binding:
    def __init__(self) -> None:
        self.params: dict[str, Any] = {}

    def bind(self, value: Any) -> str:
        name = f"g{len(self.params)}"
        self.params[name] = value
        return f"%({name})s"


def statement_of(audience: Audience) -> Statement:
    """Selects the customers' ids."""
    binding, conditions = _Binding(), list[str]()
    if audience.admitted:
        admitted = [f"c.id IN ({_members(group, binding)})" for group in _open(audience.admitted)]
        conditions.append(f"({' OR '.join(admitted)})" if admitted else "FALSE")
    conditions += [
        f"NOT EXISTS (SELECT 1 FROM ({_members(group, binding)}) AS held (id) WHERE held.id = c.id)"
        for group in audience.kept_out
    ]
    gone = ", ".join(binding.bind(status) for status in sorted(DEPARTED))
    where = " AND ".join([f"c.status NOT IN ({gone})", *conditions])
    return Statement(f"SELECT c.id FROM customers_customer c WHERE {where}", binding.params)


def _members(group: Group, binding: _Binding) -> str:
    return group_kinds()[group.kind].members(group.id, binding.bind)


def _open(groups: Sequence[Group]) -> Sequence[Group]:
    """One statement for each kind."""
    found = set[Group]()
    for kind in {group.kind for group in groups}:
        ids = [group.id for group in groups if group.kind == kind]
        found |= {Group(kind, id) for id in group_kinds()[kind].open(ids)}
    return [group for group in groups if group in found]


def size_of(audience: Audience) -> int:
    statement = statement_of(audience)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({statement.sql}) AS audience", statement.params)
        number: int = cursor.fetchone()[0]
        return number


def groups_of(customer: Customer, groups: Collection[Group]) -> frozenset[Group]:
    """In which of these the customer is; one statement for any number of them."""
    asked, binding = list(dict.fromkeys(groups)), _Binding()
    if not asked:
        return frozenset()
    who = binding.bind(customer.id)
    held = [f"SELECT {at} WHERE {who} IN ({_members(group, binding)})" for at, group in enumerate(asked)]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(held), binding.params)
        return frozenset(asked[at] for (at,) in cursor.fetchall())


def reasons_of(customer: Customer, audiences: Mapping[str, Audience]) -> Mapping[str, Sequence[Reason]]:
    """Why the customer is not in each of these audiences; no reason: is in it. A fixed number of statements."""
    everything = [group for audience in audiences.values() for group in audience.groups]
    held, names, admitting = groups_of(customer, everything), names_of(everything), set(_open(everything))
    gone = customer.status in DEPARTED
    return {
        key: [Reason(NOT_IN, [])] if gone else list(_reasons(audience, held, held & admitting, names))
        for key, audience in audiences.items()
    }


def _reasons(
    audience: Audience, held: frozenset[Group], admitting: frozenset[Group], names: Mapping[Group, str]
) -> Iterator[Reason]:
    if audience.admitted and not admitting.intersection(audience.admitted):
        yield Reason(NOT_IN, [names.get(group, group.id) for group in audience.admitted])
    kept_out = [names.get(group, group.id) for group in audience.kept_out if group in held]
    if kept_out:
        yield Reason(KEPT_OUT, kept_out)
