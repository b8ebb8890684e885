"""The customer object of the wire, for one customer or a page of them: each part is read once for all."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from customers.models import Customer
from loyalty.api.docs.describe import Parameter, Schema
from loyalty.contributions import contributed

from .serializers import customer_object

Objects = Sequence[dict[str, Any]]


@dataclass(frozen=True)
class CustomerPart:
    """What a room adds to the customer object, read once for all customers of a page: by their ids.

    `read` is also told what `fields` asks for. `schema`: of each property; those that come only if asked for or while a
    module is on are `optional`. `fields`: what can be asked for, for the description of the interface; `aliases`: by
    what other names a property is asked for, too. `example`: what it says of a customer of the description's examples,
    by the ID, if these `fields` are asked for.
    """

    read: Callable[[Sequence[Customer], frozenset[str]], Mapping[int, Mapping[str, Any]]]
    schema: Mapping[str, Schema]
    optional: Collection[str] = ()
    fields: Sequence[str] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    example: Callable[[str, frozenset[str]], Mapping[str, Any]] = lambda _id, _fields: {}


@dataclass(frozen=True)
class AnswerExample:
    """What the description shows of Ann, whose ID is 0519001: what is asked, and what the answer has more for that."""

    name: str
    query: Mapping[str, str]
    answer: Mapping[str, Any]


@dataclass(frozen=True)
class CustomerAnswer:
    """What a room adds where one customer is shown, if the query string asks for it by the `parameter`. Raises ApiError."""

    read: Callable[[Customer, QueryDict], Mapping[str, Any]]
    schema: Mapping[str, Schema]
    parameter: Parameter
    examples: Sequence[AnswerExample] = ()


def read_fields(text: str) -> frozenset[str]:
    return frozenset(name for part in text.split(",") if (name := part.strip()))


def customer_objects(customers: Sequence[Customer], fields: frozenset[str]) -> Objects:
    """The whole object of each, and what `fields` asks for besides; what is unknown or switched off is left out."""
    found = {customer.id: customer_object(customer).written() for customer in customers}
    for part in contributed(CustomerPart):
        for id, shown in part.read(customers, fields).items():
            found[id].update(shown)
    return [found[customer.id] for customer in customers]


def brief_objects(customers: Sequence[Customer], fields: frozenset[str]) -> Objects:
    """The ID of each, and of the whole object what `fields` names."""
    if not fields:
        return [{"id": customer.public_id} for customer in customers]
    aliases = {alias: name for part in contributed(CustomerPart) for alias, name in part.aliases.items()}
    asked = {name.partition(".")[0] for name in fields}
    names = {"id", *asked, *(aliases[name] for name in asked & aliases.keys())}
    return [
        {name: value for name, value in found.items() if name in names} for found in customer_objects(customers, fields)
    ]
