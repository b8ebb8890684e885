"""`/entities/accounts/account`: accounts of points, to be read."""

from collections.abc import Mapping, Sequence
from typing import Any

from loyalty.api.docs.shapes import FLAG, TEXT, described, one_of, shape
from loyalty.api.entities.pairs import EntityPair

from .enums import AccountType
from .filters import AccountFilters
from .models import Account

_SCHEMA = shape(
    "AccountEntity",
    {
        "id": TEXT,
        "name": TEXT,
        "currency_label": described(TEXT, "What its points are called."),
        "type": one_of(*AccountType.values),
        "default": FLAG,
        "negative_points": described(FLAG, "Whether its balance may go below 0."),
    },
)
_MAIN = {
    "id": "main",
    "name": "Main account",
    "currency_label": "points",
    "type": AccountType.STANDARD.value,
    "default": True,
    "negative_points": False,
}


def _object(account: Account) -> dict[str, Any]:
    return {
        "id": account.slug,
        "name": account.name,
        "currency_label": account.currency_label,
        "type": account.type,
        "default": account.is_default,
        "negative_points": account.negative_points,
    }


def _listed(start: int, stop: int, asked: Mapping[str, str]) -> Sequence[dict[str, Any]]:
    return [_object(one) for one in AccountFilters(asked, Account.objects.all()).exact.order_by("slug")[start:stop]]


def _found(id: str) -> dict[str, Any] | None:
    found = Account.objects.filter(slug=id).first()
    return _object(found) if found else None


ACCOUNTS = EntityPair("accounts", "account", _listed, _found, _SCHEMA, _MAIN, filters=AccountFilters)
