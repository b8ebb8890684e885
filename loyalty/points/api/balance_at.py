"""`balance_at`: what a customer had, or will have, at an instant."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.http import QueryDict
from django.utils import timezone

from customers.api.filters import LATEST
from customers.api.objects import AnswerExample, CustomerAnswer
from customers.models import Customer
from loyalty.accounts.enums import MULTI_ACCOUNTS
from loyalty.api.docs.describe import Parameter
from loyalty.api.errors import bad_request
from loyalty.api.wire import schema_of
from loyalty.engine.moments import likely
from loyalty.points.ledger.balances import balances_at
from loyalty.program.queries import general_settings

from .objects import BalanceAtObject, balance_at


def _balance_at(customer: Customer, query: QueryDict) -> dict[str, Any]:
    text = query.get("balance_at")
    if text is None:
        return {}
    at = _instant(text)
    has_accounts = MULTI_ACCOUNTS in general_settings().modules
    figures = balances_at(customer, at, timezone.now())
    return {"balance_at": balance_at(at, [one for one in figures if has_accounts or one.account.is_default]).written()}


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


_NOTHING = dict.fromkeys(("earned", "spent", "expired", "reserved", "pending", "spendable", "debt", "point_balance"), 0)
_OCTOBER = {"at": 1790812800, "accounts": [{"id": "main", "name": "Main account", "default": True, **_NOTHING}]}
ANSWER = CustomerAnswer(
    _balance_at,
    {"balance_at": schema_of(BalanceAtObject)},
    Parameter(
        "balance_at",
        "Adds what the customer had, or will have, in each account at this instant: unix seconds.",
        {"type": "integer", "minimum": 0, "maximum": LATEST},
        example=1767225600,
    ),
    [AnswerExample("What she had at the beginning of October", {"balance_at": "1790812800"}, {"balance_at": _OCTOBER})],
)
