"""`balance_at`: what a customer had, or will have, at an instant."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.http import QueryDict
from django.utils import timezone

from customers.api.filters import LATEST
from customers.api.objects import AnswerExample, CustomerAnswer
from customers.api.serializers import unix
from customers.models import Customer
from loyalty.accounts.enums import MULTI_ACCOUNTS
from loyalty.api.docs.describe import Parameter
from loyalty.api.errors import bad_request
from loyalty.engine.moments import likely
from loyalty.points.ledger.balances import Figures, balances_at
from loyalty.program.queries import general_settings

from .objects import named
from .schemas import BALANCE_AT

FIGURES = ("earned", "spent", "expired", "reserved", "pending", "spendable", "debt", "point_balance")


def _balance_at(customer: Customer, query: QueryDict) -> dict[str, Any]:
    text = query.get("balance_at")
    if text is None:
        return {}
    at = _instant(text)
    has_accounts = MULTI_ACCOUNTS in general_settings().modules
    figures = balances_at(customer, at, timezone.now())
    return {"balance_at": _object(at, [one for one in figures if has_accounts or one.account.is_default])}


def _instant(text: str) -> datetime:
    # isdecimal() takes the digits of all scripts, isascii() only plain ones.
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(LATEST)) and int(text) <= LATEST):
        raise bad_request(f"'balance_at' must be a unix time in whole seconds, from 0 to {LATEST}")
    if meaning := likely(Decimal(text)):
        raise bad_request(
            f"'balance_at' must be a unix time in whole seconds. If {text} means {meaning[0]}, send"
            f" {int(meaning[1].timestamp())}"
        )
    return datetime.fromtimestamp(int(text), UTC)


def _object(at: datetime, balances: Sequence[Figures]) -> dict[str, Any]:
    """What the customer had, or will have, in each account at the instant."""
    accounts = [{**named(one.account), **{name: getattr(one, name) for name in FIGURES}} for one in balances]
    return {"at": unix(at), "accounts": accounts}


_NOTHING = dict.fromkeys(FIGURES, 0)
_OCTOBER = {"at": 1790812800, "accounts": [{"id": "main", "name": "Main account", "default": True, **_NOTHING}]}
ANSWER = CustomerAnswer(
    _balance_at,
    {"balance_at": BALANCE_AT},
    Parameter(
        "balance_at",
        "Adds what the customer had, or will have, in each account at this instant: unix seconds.",
        {"type": "integer", "minimum": 0, "maximum": LATEST},
        example=1767225600,
    ),
    [AnswerExample("What she had at the beginning of October", {"balance_at": "1790812800"}, {"balance_at": _OCTOBER})],
)
