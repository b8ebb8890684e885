"""What staff enter to find an order, and to refund a part of one."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from events.orders.enums import TransactionStatus
from events.orders.words import WORDS
from loyalty.engine.values import MAX_TRANSACTION_ID
from loyalty.forms.inputs import money, paragraph, quantity
from loyalty.intake.forms import OnceForm
from loyalty.refusals import Refused

# Refusals that are about how much is refunded.
OF_THE_AMOUNT = frozenset({112202, 112203, 112204})


class TransactionFilterForm(forms.Form):
    """Which orders the list shows; what cannot be meant filters nothing."""

    transaction_id = forms.CharField(label=_("Transaction ID"), required=False, max_length=MAX_TRANSACTION_ID)
    customer = forms.CharField(label=_("Customer ID"), required=False, max_length=128)
    status = forms.ChoiceField(label=_("Status"), required=False)
    account = forms.ChoiceField(label=_("Account"), required=False)

    def __init__(self, data: Mapping[str, Any], *, accounts: Sequence[tuple[str, str]], brand_wide: bool) -> None:
        """`accounts`: (ID, name), none where the brand has one only."""
        super().__init__(data, auto_id="filter_%s")
        self._choose("status", gettext("All statuses"), TransactionStatus.choices)
        self._choose("account", gettext("All accounts"), accounts)
        if not accounts:
            del self.fields["account"]
        if not brand_wide:
            del self.fields["customer"]
        self.is_valid()

    def _choose(self, name: str, all_of_them: str, choices: Sequence[tuple[Any, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", all_of_them), *choices]

    def chosen(self, name: str) -> str:
        return str(self.cleaned_data.get(name, ""))

    @property
    def chosen_transaction(self) -> str:
        return self.chosen("transaction_id")

    @property
    def chosen_customer(self) -> str:
        return self.chosen("customer")

    @property
    def is_narrowed(self) -> bool:
        return any(self.chosen(name) for name in self.fields)


class OrderActionForm(OnceForm):
    """What is asked before an action on an order."""

    words = WORDS

    def data_of_event(self) -> dict[str, Any]:
        given = {name: value for name, value in self.cleaned_data.items() if name != "token"}
        return {name: value for name, value in given.items() if value not in (None, "")}

    def place_of(self, refusal: Refused) -> str | None:
        if refusal.code in OF_THE_AMOUNT:
            return next((name for name in ("amount", "subtotal") if name in self.fields), None)
        return super().place_of(refusal)


class ReasonForm(OrderActionForm):
    reason = paragraph(label=_("Reason"), required=False)


class PartialRefundForm(OrderActionForm):
    amount = money(label=_("Amount"))
    reason = paragraph(label=_("Reason"), required=False)


class RefundItemForm(OrderActionForm):
    quantity = quantity(least=Decimal("0.001"), label=_("Quantity"))
    subtotal = money(
        label=_("Subtotal"),
        required=False,
        help_text=_(
            "Of the item's subtotal; left empty: that of the quantity. Refunded is its share of what was paid."
        ),
    )
    reason = paragraph(label=_("Reason"), required=False)
