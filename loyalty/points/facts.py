"""What segments can ask of points: balances by account, and what expires soon."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loyalty.accounts.models import Account
from loyalty.engine.actions import Text
from loyalty.facts.enums import Kind, Reach
from loyalty.facts.kinds import Ask, Fact, Facts, Option, Source


def _accounts() -> Sequence[tuple[str, str]]:
    return list(Account.objects.values_list("slug", "name"))


_ACCOUNT = Option("account", _("Account"), Kind.CHOICE, "in account", required=False, choices=_accounts)


def _of_account(ask: Ask) -> str:
    """The default one, unless another is named."""
    asked = ask.options.get("account")
    return f"a.slug = {ask.bind(asked)}" if asked else "a.is_default"


def _balance(column: str) -> Callable[[Ask], Source]:
    def source(ask: Ask) -> Source:
        where = [_account_of("b", ask), ask.of("b.customer_id")]
        return Source(f"b.{column}", "points_balance b", where, "b.customer_id", empty=Decimal(0))

    return source


def _account_of(alias: str, ask: Ask) -> str:
    return f"{alias}.account_id = (SELECT a.id FROM points_account a WHERE {_of_account(ask)})"


def _expiring(ask: Ask) -> Source:
    where = ["l.remaining > 0", _account_of("l", ask), "l.expires_at IS NOT NULL", *ask.between("l.expires_at"),
             ask.of("l.customer_id")]  # fmt: skip
    return Source("sum(l.remaining)", "points_lot l", where, "l.customer_id", grouped=True, empty=Decimal(0))


def _fact(name: str, words: str, label: Text, column: str) -> Fact:
    return Fact(f"points.{name}", words, Kind.NUMBER, label, _balance(column), (_ACCOUNT,))


FACTS = Facts(
    _("Points"),
    (
        _fact("spendable", "spendable points", _("Spendable points"), "spendable"),
        _fact("earned", "earned points", _("Earned points"), "earned"),
        _fact("spent", "spent points", _("Spent points"), "spent"),
        _fact("expired", "expired points", _("Expired points"), "expired"),
        _fact("pending", "pending points", _("Pending points"), "pending"),
        Fact(
            "points.expiring",
            "points expiring",
            Kind.NUMBER,
            _("Points expiring"),
            _expiring,
            (_ACCOUNT,),
            Reach.FUTURE,
        ),
    ),
)
