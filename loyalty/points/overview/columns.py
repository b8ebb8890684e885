"""The balances of the default account in the customer list; the engine opens it for every customer."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from customers.directory.columns import Column, FigureOrder, ListFigures
from loyalty.accounts.enums import EXPIRING_POINTS
from loyalty.accounts.models import Account
from loyalty.points.ledger.models import Balance
from loyalty.ui.paging import Order


def _rows() -> QuerySet[Balance]:
    return Balance.objects.filter(account_id=Account.objects.values_list("id", flat=True).get(is_default=True))


BALANCES = ListFigures(
    columns=(
        Column(_("Score"), "earned", "num p2", sort="score"),
        Column(_("Spent"), "spent", "num p3"),
        Column(_("Expired"), "expired", "num p3", module=EXPIRING_POINTS),
        Column(_("Spendable"), "spendable", "num", sort="spendable", is_strong=True),
    ),
    orders={
        "score": FigureOrder(Order("earned", tie="customer_id"), _("Highest score"), _("Lowest score")),
        "spendable": FigureOrder(
            Order("spendable", tie="customer_id"), _("Most spendable points"), _("Fewest spendable points")
        ),
    },
    rows=_rows,
    empty=lambda: Balance(spendable=0),
)
