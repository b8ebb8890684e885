"""What `GET /customers` can be asked for: built-in fields, and custom fields that are tagged searchable. Exact, and case-sensitive."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from functools import reduce
from operator import or_
from unicodedata import normalize

from django.db.models import F, Func, JSONField, Q, QuerySet, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast
from django.db.models.lookups import In
from django.utils import timezone
from django_filters import Filter

from customers.fields.enums import FieldType
from customers.fields.models import Field
from customers.fields.rules import FieldRule, read_value
from customers.fields.vocabularies import VOCABULARIES
from customers.models import DIGITS, Customer, Identity
from loyalty.api.body.bounds import shown
from loyalty.api.lists.moments import SECOND, look_ups, read_moment
from loyalty.api.lists.paging import INVALID_PARAMETER, is_asked
from loyalty.api.problems import ApiError, bad_request
from loyalty.database.filters import ListFilters, ReadingFilter
from loyalty.database.folding import folded
from loyalty.engine.moments import likely, number_of
from loyalty.engine.rows import to_json
from loyalty.identifiers import forms
from loyalty.refusals import Refused
from loyalty.ui.paging import Order as Walked

EMPTY = 160211
# What says how to answer, not whom to find.
CONTROL = frozenset({"limit", "offset", "after", "fields", "match"})
SEARCHED = ("first_name", "last_name", "email", "mobile_phone", "membership_id")
MATCHED = ("_id", "email", "membership_id")
# What names somebody, in one form.
NAMING = frozenset({"email", "referrer"})
# Those whose index is of the lower case.
FOLDED = frozenset({"first_name", "last_name", "email"})
MOMENTS = frozenset({"created_at", "updated_at", "optin_at", "last_login_at"})
# What the index holds of a phone number.
DIGITS_OF_PHONE = Func(F("mobile_phone"), template=DIGITS, output_field=TextField())
INDEXED = FOLDED | {"mobile_phone"}
# Those that an index begins with, or, with the statuses that are always asked for, goes on with.
SERVED = INDEXED | MOMENTS - {"optin_at"} | {"status", "country", "gender", "referrer"}
# Those whose index also has the order of a page.
ORDERED = frozenset({"updated_at", "last_login_at"})
RANGES = ("gt", "gte", "lt", "lte")
MOST_VALUES = 100
# The end of the year 9999, beyond which no calendar reaches.
LATEST = 253_402_300_799


class AskedFilter(ReadingFilter):
    """A text, or with `in` several separated by commas, none of them trimmed."""

    lookups: Sequence[str] = ("exact", "in")

    def read(self, value: str) -> str:
        if "\x00" in value:
            raise ValueError("no text")
        return value

    def values(self, value: str) -> list[str]:
        return value.split(",")[:MOST_VALUES] if self.lookup_expr == "in" else [value]

    def every_form(self, value: str) -> list[str]:
        return [form for one in self.values(value) for form in forms(one)]


class TextFilter(AskedFilter):
    def filter(self, qs: QuerySet[Customer], value: str) -> QuerySet[Customer]:
        name = self.field_name
        values = self.every_form(value) if name in NAMING else [normalize("NFC", one) for one in self.values(value)]
        if name in VOCABULARIES:
            values += [code for one in values if (code := VOCABULARIES[name][0](one))]
        by_index = []
        if name in FOLDED:
            by_index.append(In(folded(name), [folded(Value(one)) for one in values]))
        if name == "mobile_phone":
            by_index.append(In(DIGITS_OF_PHONE, [re.sub("[^0-9]", "", one) for one in values]))
        return qs.filter(*by_index, **{f"{name}__in": values})


class IdentityFilter(AskedFilter):
    """By an ID: a merged-away one names the survivor. `field_name` is the scheme."""

    def filter(self, qs: QuerySet[Customer], value: str) -> QuerySet[Customer]:
        found = Identity.objects.filter(scheme=self.field_name, value__in=self.every_form(value))
        return qs.filter(id__in=found.values("customer_id"))


class PropertyFilter(AskedFilter):
    """By a custom value, read by its definition as everywhere; of a list, by one of its items."""

    def __init__(self, field: Field, lookup_expr: str = "exact") -> None:
        super().__init__(field.slug, lookup_expr)
        self.rule = FieldRule(field.slug, field.type, field.format, tuple(field.options))

    def filter(self, qs: QuerySet[Customer], value: str) -> QuerySet[Customer]:
        holds = [Q(properties__contains=found) for one in self.values(value) if (found := self.stored(one))]
        return qs.filter(reduce(or_, holds)) if holds else qs.none()

    def stored(self, text: str) -> Cast | None:
        """As the properties hold it; None for what they cannot."""
        is_several = self.rule.type in {FieldType.LIST, FieldType.MULTIPLE_CHOICE}
        try:
            value = read_value(self.rule, [text] if is_several else text)
        except Refused as refusal:
            if self.rule.type == FieldType.BOOLEAN:
                raise _invalid(refusal.message) from None
            return None
        return Cast(Value(to_json({self.rule.id: value}), TextField()), JSONField())


class NobodyFilter(AskedFilter):
    """By a field that the programme does not define."""

    def filter(self, qs: QuerySet[Customer], value: str) -> QuerySet[Customer]:
        return qs.none()


SERVED_KINDS = IdentityFilter | PropertyFilter | NobodyFilter


class MomentFilter(ReadingFilter):
    """A unix time, a day or an ISO time; a day is the instant at which it begins. Equal is what looks equal on the wire."""

    lookups = ("exact", *RANGES)

    def read(self, value: str) -> datetime:
        return _moment(value.strip())

    def filter(self, qs: QuerySet[Customer], value: datetime) -> QuerySet[Customer]:
        bounds = look_ups(self.lookup_expr, value, shown=SECOND)
        return qs.filter(**{f"{self.field_name}__{name}": bound for name, bound in bounds.items()})


class DayFilter(ReadingFilter):
    lookups = ("exact", *RANGES)

    def read(self, value: str) -> date:
        return datetime.strptime(value.strip(), "%Y-%m-%d").date()  # noqa: DTZ007  a day has no time zone

    def filter(self, qs: QuerySet[Customer], value: date) -> QuerySet[Customer]:
        return qs.filter(**{f"{self.field_name}__{self.lookup_expr}": value})


def _moment(text: str) -> datetime:
    """Raises ValueError."""
    try:
        number = number_of(text)
        if number is not None and likely(number):
            # 20251128, or milliseconds: as seconds it would find too many, or nobody.
            raise ValueError("not a time")
        if text.isascii() and text.isdecimal() and len(text) <= len(str(LATEST)):
            return datetime.fromtimestamp(min(int(text), LATEST), UTC)
        found = read_moment(text, timezone.get_default_timezone())
        if found is None:
            raise ValueError("not a time")
        found = found if isinstance(found, datetime) else timezone.make_aware(datetime.combine(found, time()))
        return found.astimezone(UTC)
    except OverflowError:
        raise ValueError("not a time") from None


class CustomerFilters(ListFilters):
    """By built-in fields. The Entities API takes those with an example, and custom ones."""

    examples = {"first_name": "Ann", "last_name": "Ann", "email": "ann@example.com", "mobile_phone": "Ann"}
    id = IdentityFilter("id")
    _id = IdentityFilter("id")
    first_name = TextFilter()
    last_name = TextFilter()
    nickname = TextFilter()
    handler = TextFilter()
    email = TextFilter()
    mobile_phone = TextFilter()
    gender = TextFilter()
    language = TextFilter()
    country = TextFilter()
    currency = TextFilter()
    image_url = TextFilter()
    src = TextFilter()
    referrer = TextFilter()
    status = TextFilter()
    created_at = MomentFilter()
    updated_at = MomentFilter()
    optin_at = MomentFilter()
    last_login_at = MomentFilter()
    birth_date = DayFilter()


def _custom(name: str, operator: str, field: Field | None) -> Filter | None:
    if operator not in {"exact", "in"}:
        return None
    if field is None:
        return NobodyFilter(name, operator) if name == "membership_id" else None
    if field.external_id:
        return IdentityFilter(name, operator)
    return PropertyFilter(field, operator) if field.searchable or name == "membership_id" else None


def read_filters(params: Mapping[str, str]) -> ListFilters:
    """What the query asks for. Raises ApiError: 160211 without criteria, 300122 for what cannot be asked for."""
    asked = {name: value for name, value in params.items() if name not in CONTROL and is_asked(name)}
    _check_match(params.get("match"), asked)
    named = {param: param for param in asked}
    if asked.get("search"):
        named["search"], _, asked["search"] = asked["search"].partition("=")
        if named["search"] not in SEARCHED:
            raise _invalid(f"search must name one of {', '.join(SEARCHED)}, as in search=first_name=John")
    if not asked or "" in asked.values():
        raise bad_request("Empty search criteria", EMPTY)
    return CustomerFilters(asked, Customer.objects.all(), _others(named))


def _others(named: Mapping[str, str]) -> dict[str, Filter]:
    """By parameter, what is asked for by another name than its own, and the custom fields."""
    built_in = CustomerFilters.base_filters
    found = {param: built_in.get(text) for param, text in named.items() if param != text or text not in built_in}
    custom = {param: _parted(named[param]) for param, filter_ in found.items() if filter_ is None}
    fields = {field.slug: field for field in _fields(name for name, _ in custom.values())} if custom else {}
    found |= {param: _custom(name, operator, fields.get(name)) for param, (name, operator) in custom.items()}
    for param, filter_ in found.items():
        if filter_ is None:
            raise _invalid(
                f"{shown(param)} cannot be asked for: it is no built-in field, and no searchable custom one, or takes no such operator"
            )
    return {param: filter_ for param, filter_ in found.items() if filter_}


def _parted(text: str) -> tuple[str, str]:
    """A field's name, and an operator after a dot, which `exact` is not: it is what has none."""
    name, dot, operator = text.partition(".")
    if not dot:
        return name, "exact"
    return name, "" if operator == "exact" else operator


def _fields(names: Iterable[str]) -> QuerySet[Field]:
    wanted = list(names)
    return Field.objects.filter(slug__in=wanted, active=True) if wanted else Field.objects.none()


def _check_match(match: str | None, asked: Iterable[str]) -> None:
    if match is None:
        return
    if match != "exact":
        raise _invalid("match must be exact")
    if other := set(asked) - set(MATCHED):
        raise _invalid(f"match=exact works with {', '.join(MATCHED)}, not with {shown(min(other))}")


def _invalid(message: str) -> ApiError:
    return bad_request(message, INVALID_PARAMETER)


def schemes_in(filters: ListFilters) -> list[str]:
    """By which kinds of ID it asks for customers."""
    return [one.field_name for one in filters.filters.values() if isinstance(one, IdentityFilter)]


def ordered(filters: ListFilters) -> QuerySet[Customer]:
    """Whom they find, in an order that their index serves; nobody where a value cannot be one."""
    return filters.exact.order_by(*_order(list(filters.filters.values())))


def served(filters: ListFilters) -> bool:
    """Whether an index finds whom they ask for."""
    return any(isinstance(one, SERVED_KINDS) or one.field_name in SERVED for one in filters.filters.values())


def walked(filters: ListFilters) -> Walked | None:
    """The order as one column and the id; None where an index of the filter finds them, who are few."""
    first = _order(list(filters.filters.values()))[0]
    return Walked(first) if isinstance(first, str) else None


def _order(filters: Iterable[Filter]) -> Sequence[str | Combinable]:
    """Found by an index of their own, they are sorted; with a plain order and a limit, the planner might walk all
    customers in that order for the few that there are."""
    if any(isinstance(one, IdentityFilter | PropertyFilter) or one.field_name in INDEXED for one in filters):
        return [F("id") + 0]
    ranges = [one.field_name for one in filters if one.field_name in ORDERED]
    return [*ranges[:1], "id"]
