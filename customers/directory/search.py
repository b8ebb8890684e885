"""Which customers a text finds, by filters and by every way of writing it."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from unicodedata import normalize

from django.db import connection
from django.db.models import CharField, F, Func, Q, QuerySet, Value
from django.utils.translation import gettext

from customers.fields.phones import may_be_number, spellings
from customers.fields.rules import EMAIL_SCHEME
from customers.models import DIGITS, Customer, Identity
from customers.sight.queries import reached, sees_all_customers, unseen_schemes
from loyalty import formats
from loyalty.database.folding import folded
from loyalty.database.trigrams import with_part
from loyalty.engine.status import Status
from loyalty.identifiers import forms, normal
from loyalty.staff.sight import EVERYTHING, Sight
from loyalty.ui.responses import Text

# What a search collects of each column at most, and what it shows at most.
MATCHES = 400
LONGEST_SEARCH = 100
MOST_WORDS = 4
# Of so many countries a telephone number without its country's code may be.
MOST_REGIONS = 30
# Up to here a count is exact.
COUNTED = 10_000
SAMPLE = 2_000


@dataclass(frozen=True)
class ListFilter:
    """A filter that a room adds to the list. `name`: of its parameter; `choices`: values with their labels, in their order,
    none for no filter, not asked while its `module` is off; `members`: the customers that any of the values means, as a
    query for their ids; `fields`: the personal ones that it tells of, to those alone who see them.
    """

    name: str
    label: Text
    choices: Callable[[], Sequence[tuple[str, Text]]]
    members: Callable[[Sequence[str]], QuerySet[Any]]
    module: str = ""
    fields: Sequence[str] = ()


@dataclass(frozen=True)
class Filters:
    """Empty genders or countries mean all of them. `chosen`: what is chosen of the filters that rooms add.

    Raises PermissionDenied for a filter by what the `sight` does not see.
    """

    statuses: Sequence[str] = (Status.ACTIVE.value, Status.SUSPENDED.value)
    genders: Sequence[str] = ()
    countries: Sequence[str] = ()
    chosen: Sequence[tuple[ListFilter, Sequence[str]]] = ()
    sight: Sight = EVERYTHING

    def __post_init__(self) -> None:
        of_rooms = (field for one, _values in self.chosen for field in one.fields)
        asked = (name for name, values in (("gender", self.genders), ("country", self.countries)) if values)
        self.sight.require(*asked, *of_rooms)

    def condition(self, path: str = "") -> Q:
        """`path` leads from the queried model to the customer: "customer__". None but customers that are seen."""
        wanted = {"status": self.statuses, "gender": self.genders, "country": self.countries}
        found = Q(**{f"{path}{name}__in": values for name, values in wanted.items() if values})
        for one, values in self.chosen:
            found &= Q(**{f"{path}id__in": one.members(values)})
        return found & reached(self.sight, f"{path}id")


@dataclass(frozen=True)
class Count:
    """An estimate says no more digits than it knows."""

    number: int
    is_exact: bool = True

    def __add__(self, other: "Count") -> "Count":
        return Count(self.number + other.number, is_exact=self.is_exact and other.is_exact)

    def __str__(self) -> str:
        if self.is_exact:
            return formats.number(self.number)
        step = max(10 ** (len(str(self.number)) - 2), 1)
        return gettext("about %(number)s") % {"number": formats.number(round(self.number / step) * step)}

    @property
    def short(self) -> str:
        is_short = self.is_exact and self.number < COUNTED
        return formats.number(self.number) if is_short else formats.compact(self.number)


def estimate_of(found: QuerySet[Any]) -> int:
    """How many rows the planner expects; it costs the same for a million of them."""
    plan: int = json.loads(found.explain(format="json"))[0]["Plan"]["Plan Rows"]
    return plan


def count_of(filters: Filters) -> Count:
    """Exact up to COUNTED; beyond it the planner's estimate, which knows nothing of what is seen: then no more than that."""
    found = Customer.objects.filter(filters.condition())
    if not sees_all_customers(filters.sight):
        number = found[: COUNTED + 1].count()
        return Count(min(number, COUNTED), is_exact=number <= COUNTED)
    estimate = estimate_of(found)
    # An estimate may be wrong by much while the table's statistics are young; only a far larger one is believed.
    if estimate > 2 * COUNTED:
        return Count(estimate, is_exact=False)
    number = found[: COUNTED + 1].count()
    return Count(number) if number <= COUNTED else Count(max(number, estimate), is_exact=False)


@dataclass(frozen=True)
class Matches:
    """Customers' ids in no order; `exact` is the one whose ID was typed in full."""

    ids: Sequence[int]
    exact: int | None = None
    is_capped: bool = False


def search(text: str, filters: Filters) -> Matches:
    """Customers whose ID, e-mail address, last or first name begins with the text, in capitals or not; those one of whose
    IDs has it somewhere; and those of this telephone number, however it is written.

    Several words are also a first and a last name, in either order. One index range for each: an OR with an order
    and a limit would walk the whole index of the order when nothing matches. Nothing is searched that the filters' sight
    does not see.
    """
    text = normalize("NFC", " ".join(text.replace("\x00", "").split()))[:LONGEST_SEARCH]
    if not text:
        return Matches([])
    everyone = Customer.objects.filter(filters.condition())
    exact = everyone.filter(identities__scheme="id", identities__value__in=forms(text))
    readings = (prefixes for prefixes in _readings(text.lower()) if all(map(filters.sight.sees, prefixes)))
    ranges = [exact, *(_begins(everyone, **prefixes) for prefixes in readings)]
    ranges += [_by_part(everyone, normal(text), filters.sight), *_by_phone(everyone, text, filters)]
    numbered = [part.values_list("id", Value(number))[:MATCHES] for number, part in enumerate(ranges)]
    rows: list[tuple[int, int]] = list(numbered[0].union(*numbered[1:], all=True))
    sizes = Counter(number for _, number in rows)
    return Matches(
        ids=list({key: None for key, _ in rows}),
        exact=next((key for key, number in rows if number == 0), None),
        # A full range may have left some out.
        is_capped=MATCHES in sizes.values(),
    )


def _readings(text: str) -> Iterator[dict[str, str]]:
    """What the text may mean, as beginnings of columns."""
    for column in ("public_id", "email"):
        yield {column: normal(text)}
    for column in ("last_name", "first_name"):
        yield {column: text}
    words = text.split()
    for split in range(1, min(len(words), MOST_WORDS)):
        before, after = " ".join(words[:split]), " ".join(words[split:])
        yield {"first_name": before, "last_name": after}
        yield {"first_name": after, "last_name": before}


def _by_part(customers: QuerySet[Customer], part: str, sight: Sight) -> QuerySet[Customer]:
    """IDs of the brand, external ones, and those of merged-away profiles."""
    named = with_part(Identity.objects.exclude(scheme=EMAIL_SCHEME), "value", part)
    named = named.filter(reached(sight, "customer_id"))
    if unseen := unseen_schemes(sight):
        named = named.exclude(scheme__in=unseen)
    # So many at most, found before anything else is asked of them.
    return customers.filter(id__in=list(named.values_list("customer_id", flat=True)[:MATCHES]))


def _by_phone(customers: QuerySet[Customer], text: str, filters: Filters) -> Iterator[QuerySet[Customer]]:
    if may_be_number(text) and filters.sight.sees("mobile_phone"):
        regions = () if text.startswith("+") else countries(filters.statuses, filters.sight)[:MOST_REGIONS]
        yield customers.alias(digits=_digits()).filter(digits__in=spellings(text, regions))


def _digits() -> Func:
    return Func(F("mobile_phone"), template=DIGITS, output_field=CharField())


def _begins(customers: QuerySet[Customer], **prefixes: str) -> QuerySet[Customer]:
    lowered = customers.alias(**{f"lower_{column}": folded(column) for column in prefixes})
    return lowered.filter(**{f"lower_{column}__startswith": prefix for column, prefix in prefixes.items()})


def countries(statuses: Sequence[str], sight: Sight = EVERYTHING) -> list[str]:
    """The countries that customers of these statuses live in; a few index descents for each, not a scan. For whoever does
    not see all of them, those of the newest ones that are seen."""
    if not sees_all_customers(sight):
        newest = Customer.objects.filter(reached(sight), status__in=statuses).order_by("-id")
        return sorted({country for country in newest.values_list("country", flat=True)[:SAMPLE] if country})
    sql = """
        WITH RECURSIVE found AS (
            SELECT s.status, (SELECT min(country) FROM customers_customer c WHERE c.status = s.status) AS country
            FROM unnest(%s::text[]) AS s(status)
            UNION ALL
            SELECT f.status, (
                SELECT min(country) FROM customers_customer c WHERE c.status = f.status AND c.country > f.country
            ) FROM found f WHERE f.country IS NOT NULL
        )
        SELECT DISTINCT country FROM found WHERE country IS NOT NULL ORDER BY country
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(statuses)])
        return [country for (country,) in cursor.fetchall()]


def genders(sight: Sight = EVERYTHING) -> list[str]:
    """Of the newest customers that are seen: so few values that a sample has them all."""
    newest = Customer.objects.filter(reached(sight)).order_by("-id").values_list("gender", flat=True)[:SAMPLE]
    return sorted({gender for gender in newest if gender})
