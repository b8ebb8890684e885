import json
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from unicodedata import normalize

from django.db import connection
from django.db.models import CharField, F, Func, Q, QuerySet, Value
from django.db.models.functions import Lower
from django.utils.translation import gettext

from loyalty.database.trigrams import with_part
from loyalty.engine.status import GONE, Status
from loyalty.identifiers import folded, forms, normal
from loyalty.program.queries import general_settings
from loyalty.ui import formats

from .fields import EMAIL_SCHEME, MAX_IDENTITY, CustomersConfig, config_of_rules
from .models import DIGITS, Customer, Field, Identity, Merge, Note
from .phones import may_be_number, spellings

# What a search collects of each column at most, and what it shows at most.
MATCHES = 400
LONGEST_SEARCH = 100
MOST_WORDS = 4
# Of so many countries a telephone number without its country's code may be.
MOST_REGIONS = 30
# Up to here a count is exact.
COUNTED = 10_000
SAMPLE = 2_000


def customers_config() -> CustomersConfig:
    """By what values are read outside of the engine, as it is now; two queries."""
    rules = [field.rule for field in Field.objects.filter(active=True)]
    return config_of_rules(rules, unique_emails=general_settings().unique_emails)


def refused_names() -> frozenset[str]:
    """Under which no customer is created, as the settings have them now; one query."""
    return frozenset(map(folded, general_settings().refused_names))


def identity_in(text: str) -> tuple[str, str]:
    """What a path or a body names, as (scheme, value): a public ID, or `field:value` by an external-ID field.

    What stands before the first colon is looked up as a field; if it is none, the whole text is a public ID.
    """
    field, colon, value = text.partition(":")
    field = normal(field)
    is_field = (
        bool(colon) and field.isprintable() and Field.objects.filter(slug=field, external_id=True, active=True).exists()
    )
    return (field, value) if is_field else ("id", text)


def customer_named(text: str) -> Customer | None:
    """The customer of a path or a body, by `identity_in`; None for those who are gone."""
    return customer_of(*identity_in(text))


def customer_of(scheme: str, value: str) -> Customer | None:
    """None for those who are gone, too."""
    found = customers_named([value], scheme).get(value)
    return found if found and found.status not in GONE else None


def survivor_of(profile: Customer) -> Customer | None:
    """Whom a merged-away profile is a part of; None for those who are gone."""
    found = Customer.objects.filter(merged__source=profile).exclude(status__in=GONE)
    return found.first()


def customers_named(values: Sequence[str], scheme: str = "id") -> dict[str, Customer]:
    """The customers whom these values name, by the value asked for; one query for any number.

    The IDs of merged-away profiles name their survivors, of whom `is_by_merged_name` is then true. What is stored exactly
    so is meant before what is stored in the one form. What is not printable names nobody, and a NUL not even the database
    takes.
    """
    asked = {value: forms(value) for value in values if normal(value).isprintable()}
    # One array, not thousands of parameters: `__in` spends more time on the statement than on the rows.
    sql = (
        "SELECT c.*, i.value AS asked, i.origin_id AS asked_by FROM customers_identity i JOIN customers_customer c ON c.id = i.customer_id"
        " WHERE i.scheme = %s AND i.value = ANY(%s)"
    )
    every_form = list({form for found in asked.values() for form in found})
    rows = Customer.objects.raw(sql, [scheme, every_form]) if every_form else []
    stored = {getattr(row, "asked"): row for row in rows}  # noqa: B009  unknown to mypy
    named = {value: next((form for form in found if form in stored), "") for value, found in asked.items()}
    return {value: stored[form] for value, form in named.items() if form}


@dataclass(frozen=True)
class Alike:
    """Customers whose IDs of one scheme differ in form only: a person may merge them."""

    scheme: str
    customers: Sequence[int]


# Those that a single byte a letter writes have one form, without blanks around them.
_ALIKE = """
    WITH odd AS MATERIALIZED (
        SELECT scheme, one_form(value) AS form, customer_id FROM customers_identity
        WHERE (octet_length(value) <> length(value) OR value <> btrim(value)) AND value <> one_form(value)
    )
    SELECT scheme, array_agg(customer_id ORDER BY customer_id) FROM (
        SELECT scheme, form, customer_id FROM odd
        UNION SELECT i.scheme, i.value, i.customer_id FROM customers_identity i JOIN odd ON i.scheme = odd.scheme AND i.value = form
    ) named GROUP BY scheme, form HAVING count(*) > 1 ORDER BY min(customer_id) LIMIT %s
"""


def alike(limit: int) -> list[Alike]:
    """The first ones, by their customers' keys; one scan of the identities."""
    with connection.cursor() as cursor:
        cursor.execute(_ALIKE, [limit])
        return [Alike(scheme, customers) for scheme, customers in cursor.fetchall()]


def is_by_merged_name(customer: Customer) -> bool:
    """Whether `customers_named` has found the customer by an ID of a profile that was merged away."""
    return getattr(customer, "asked_by", None) is not None


def family(customer_id: int) -> Sequence[int]:
    """The profiles whose histories are the customer's: its own, then those that were merged into it; one query."""
    return [customer_id, *_merged(customer_id).values_list("source_id", flat=True)]


def family_at(customer_id: int, at: datetime) -> Sequence[int]:
    """The same as it was at an instant; one query.

    Who came by another profile came with that one's merge.
    """
    merges = {
        source: (into, on) for source, into, on in _merged(customer_id).values_list("source_id", "into", "merged_at")
    }
    found = [customer_id]
    for source in merges:
        came, place = [], source
        while place in merges:
            place, on = merges[place]
            came.append(on)
        if max(came) <= at:
            found.append(source)
    return found


def _merged(customer_id: int) -> QuerySet[Merge]:
    return Merge.objects.filter(survivor_id=customer_id).order_by("source_id")


def public_ids(customers: Collection[int]) -> dict[int, str]:
    """What the brand calls these profiles, also those that were merged away."""
    return dict(Customer.objects.filter(id__in=customers).values_list("id", "public_id"))


@dataclass(frozen=True)
class Shared:
    """How many living customers stand in the way of a value that names one customer each."""

    customers: int
    values: int
    too_long: int = 0

    def __str__(self) -> str:
        if self.too_long:
            return f"{self.too_long} customers have a value longer than {MAX_IDENTITY} characters"
        return f"{self.customers} customers share {self.values} values"


_SHARED = (
    "SELECT coalesce(sum(holders), 0)::bigint, count(*), coalesce(sum(holders) FILTER (WHERE length(value) > %s), 0)::bigint"
    " FROM (SELECT value, count(*) AS holders FROM (SELECT {value} AS value FROM customers_customer"
    " WHERE status <> ALL(%s)) AS held WHERE value <> '' GROUP BY value) AS by_value WHERE holders > 1 OR length(value) > %s"
)


def shared_emails() -> Shared:
    """Living customers whose e-mail address another one has, too, in capitals or not."""
    return _shared(_SHARED.format(value="lower(email)"), [], 254)


def shared_values(slug: str) -> Shared:
    """Living customers whose value of a custom field cannot name them alone."""
    return _shared(_SHARED.format(value="properties ->> %s"), [slug], MAX_IDENTITY)


def _shared(sql: str, params: list[Any], limit: int) -> Shared:
    with connection.cursor() as cursor:
        cursor.execute(sql, [limit, *params, sorted(GONE), limit])
        return Shared(*cursor.fetchone())


@dataclass(frozen=True)
class Filters:
    """Empty genders or countries mean all of them."""

    statuses: Sequence[str] = (Status.ACTIVE.value, Status.SUSPENDED.value)
    genders: Sequence[str] = ()
    countries: Sequence[str] = ()

    def condition(self, path: str = "") -> Q:
        """`path` leads from the queried model to the customer: "customer__"."""
        wanted = {"status": self.statuses, "gender": self.genders, "country": self.countries}
        return Q(**{f"{path}{name}__in": values for name, values in wanted.items() if values})


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
    """Exact up to COUNTED; beyond it the planner's estimate."""
    found = Customer.objects.filter(filters.condition())
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
    and a limit would walk the whole index of the order when nothing matches.
    """
    text = normalize("NFC", " ".join(text.replace("\x00", "").split()))[:LONGEST_SEARCH]
    if not text:
        return Matches([])
    everyone = Customer.objects.filter(filters.condition())
    exact = everyone.filter(identities__scheme="id", identities__value__in=forms(text))
    ranges = [exact, *(_begins(everyone, **prefixes) for prefixes in _readings(text.lower()))]
    ranges += [_by_part(everyone, normal(text)), *_by_phone(everyone, text, filters)]
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


def _by_part(customers: QuerySet[Customer], part: str) -> QuerySet[Customer]:
    """IDs of the brand, external ones, and those of merged-away profiles."""
    named = with_part(Identity.objects.exclude(scheme=EMAIL_SCHEME), "value", part)
    # So many at most, found before anything else is asked of them.
    return customers.filter(id__in=list(named.values_list("customer_id", flat=True)[:MATCHES]))


def _by_phone(customers: QuerySet[Customer], text: str, filters: Filters) -> Iterator[QuerySet[Customer]]:
    if may_be_number(text):
        regions = () if text.startswith("+") else countries(filters.statuses)[:MOST_REGIONS]
        yield customers.alias(digits=_digits()).filter(digits__in=spellings(text, regions))


def _digits() -> Func:
    return Func(F("mobile_phone"), template=DIGITS, output_field=CharField())


def _begins(customers: QuerySet[Customer], **prefixes: str) -> QuerySet[Customer]:
    lowered = customers.alias(**{f"lower_{column}": Lower(column) for column in prefixes})
    return lowered.filter(**{f"lower_{column}__startswith": prefix for column, prefix in prefixes.items()})


def countries(statuses: Sequence[str]) -> list[str]:
    """The countries that customers of these statuses live in; a few index descents for each, not a scan."""
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


def genders() -> list[str]:
    """Of the newest customers: so few values that a sample has them all."""
    newest = Customer.objects.order_by("-id").values_list("gender", flat=True)[:SAMPLE]
    return sorted({gender for gender in newest if gender})


# Of what may be the same person so many are named.
MOST_DUPLICATES = 5


@dataclass(frozen=True)
class Duplicates:
    """Other living customers with the same e-mail address or phone number: the first ones, and whether there are more."""

    customers: Sequence[Customer] = ()
    has_more: bool = False


def duplicates_of(customer: Customer) -> Duplicates:
    """By the address in lower case, and by the number however it is written: an index range for each that the customer has."""
    everyone = Customer.objects.exclude(status__in=GONE).exclude(id=customer.id).order_by("id")
    found: dict[int, Customer] = {}
    if customer.email:
        same = everyone.alias(lower_email=Lower("email")).filter(lower_email=Lower(Value(customer.email)))
        found |= {other.id: other for other in same[: MOST_DUPLICATES + 1]}
    if digits := spellings(customer.mobile_phone or "", [customer.country] if customer.country else ()):
        # Without an order: for the few that there are, the planner might walk all customers in it.
        numbered = everyone.order_by().alias(digits=_digits()).filter(digits__in=digits)[: MOST_DUPLICATES + 1]
        found |= {other.id: other for other in sorted(numbered, key=lambda other: other.id)}
    return Duplicates(list(found.values())[:MOST_DUPLICATES], len(found) > MOST_DUPLICATES)


def notes_of(customer_id: int) -> QuerySet[Note]:
    """In no order, with who wrote them; those of merged profiles, too."""
    return Note.objects.filter(customer_id__in=family(customer_id)).select_related("staff")
