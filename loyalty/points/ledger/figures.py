"""A customer's balances, for those who weigh what a change would do."""

from collections.abc import Mapping

from django.utils.translation import gettext

from loyalty.formats import number

from .models import Balance


def balances_of(customer_id: int) -> Mapping[str, str]:
    """The spendable points by account."""
    rows = Balance.objects.filter(customer=customer_id).select_related("account")
    return {gettext("Points of %(account)s") % {"account": row.account.name}: number(row.spendable) for row in rows}
