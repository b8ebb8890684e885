"""Giving a label to a customer, or taking it, on their Personal information."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from customers.profile.mixins import CustomerMixin
from loyalty.forms.refusals import in_words
from loyalty.refusals import Refused
from loyalty.staff.sender import by_staff
from loyalty.ui.mixins import StaffPage
from loyalty.ui.responses import is_partial, refused
from loyalty.ui.typed import typed
from segments.labels.operations import give_label, take_label
from segments.labels.profile.tokens import tokens_of
from segments.labels.rights import GIVE_LABELS


class ChangeTokens(CustomerMixin, StaffPage):
    """Gives the label that `give` names, or takes the one that `take` does; answers the tokens as they are then."""

    right = GIVE_LABELS
    http_method_names = ["post"]

    def post(self, request: HttpRequest, customer_id: int) -> HttpResponse:
        try:
            self._change(request)
        except Refused as refusal:
            words = in_words(refusal, gettext("Label"))
            if is_partial(request):
                return refused(words)
            messages.error(request, words)
        if is_partial(request):
            card = tokens_of(self.customer, may_give=self.may(GIVE_LABELS))
            return render(request, "labels/tokens.html", {"card": card})
        return redirect("customers:personal", self.customer.id)

    def _change(self, request: HttpRequest) -> None:
        by = by_staff(request)
        # More than any label has: it is refused in words, in place of being cut.
        if text := typed(request.POST, "give", 1_000):
            give_label(customer=self.customer, text=text, by=by).result()
        elif slug := typed(request.POST, "take"):
            take_label(customer=self.customer, slug=slug, by=by).result()
