"""Putting a customer into a user group, or taking them out, on their Personal information."""

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

from .operations import LastGroup, put_in_group, take_out_of_group
from .profile.card import card_of
from .rights import GIVE_GROUPS


class ChangeGroups(CustomerMixin, StaffPage):
    """Puts the customer into the group that `give` names, or takes them out of the one that `take` does; answers the card."""

    right = GIVE_GROUPS
    http_method_names = ["post"]

    def post(self, request: HttpRequest, customer_id: int) -> HttpResponse:
        if words := self._change(request):
            if is_partial(request):
                return refused(words)
            messages.error(request, words)
        if is_partial(request):
            card = card_of(self.customer, self.sight.reach, may_give=self.may(GIVE_GROUPS))
            return render(request, "grouping/card.html", {"card": card})
        return redirect("customers:personal", self.customer.id)

    def _change(self, request: HttpRequest) -> str:
        """Why it was not done."""
        by = by_staff(request)
        given, taken = (typed(request.POST, name) for name in ("give", "take"))
        try:
            if given:
                put_in_group(customer=self.customer, slug=given, by=by).result()
            elif taken:
                take_out_of_group(customer=self.customer, slug=taken, by=by).result()
        except Refused as refusal:
            return in_words(refusal, gettext("User group"))
        except LastGroup:
            return gettext("You would not see this customer any more: put them into another of your groups first.")
        return ""
