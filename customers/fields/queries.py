"""The fields of the programme, and whether anybody shares a value that is to be one customer's."""

from dataclasses import dataclass
from typing import Any

from django.db import connection

from loyalty.engine.status import DEPARTED
from loyalty.program.queries import general_settings

from .models import Field
from .rules import MAX_IDENTITY, CustomersConfig, config_of_rules


def customers_config() -> CustomersConfig:
    """By what values are read outside of the engine, as it is now; two queries."""
    rules = [field.rule for field in Field.objects.filter(active=True)]
    return config_of_rules(rules, unique_emails=general_settings().unique_emails)


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
        cursor.execute(sql, [limit, *params, sorted(DEPARTED), limit])
        return Shared(*cursor.fetchone())
