"""What pages and dialogs below one customer share."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, cast
from uuid import uuid4

from django.forms import BaseForm
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.generic import View

from customers.models import Customer
from customers.profile.own import is_own
from customers.queries import family, survivor_of
from customers.sight.queries import reached, seen
from loyalty.engine.mechanism import Outcome
from loyalty.engine.status import DEPARTED, Status
from loyalty.intake.forms import OnceForm
from loyalty.intake.hand import NotByHand
from loyalty.intake.once import AlreadyRecorded
from loyalty.refusals import Refused
from loyalty.staff.models import User
from loyalty.staff.permissions import may
from loyalty.staff.roles.rights import Right
from loyalty.staff.sender import Sender, by_staff
from loyalty.staff.sight import Sight, sight_of
from loyalty.ui.mixins import DialogPage, PageMixin
from loyalty.ui.navigation import Crumb
from loyalty.ui.responses import Text

from .addresses import MergedAway, to_survivor


class CustomerMixin(PageMixin):
    """For a page or dialog below one customer, whom the address names by the internal ID; 404 for who is gone."""

    kwargs: dict[str, Any]

    request: HttpRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return cast(View, super()).dispatch(request, *args, **kwargs)
        except MergedAway as moved:
            if request.method not in {"GET", "HEAD"}:
                raise
            return to_survivor(request, moved)

    @cached_property
    def sight(self) -> Sight:
        """Which personal data the reader sees."""
        return sight_of(self.request.user)

    @cached_property
    def customer(self) -> Customer:
        """As the reader sees them."""
        return seen(self._stored, self.sight)

    @cached_property
    def _stored(self) -> Customer:
        found = get_object_or_404(Customer, reached(self.sight), id=self.kwargs["customer_id"])
        if found.status == Status.MERGED and (survivor := survivor_of(found)):
            raise MergedAway(found, survivor)
        if found.status in DEPARTED:
            raise Http404
        return found

    @cached_property
    def is_own(self) -> bool:
        """Whether the customer has the e-mail address of who looks: then they may look, and do nothing."""
        return is_own(cast(User, self.request.user).email, self._stored)

    def may(self, right: Right) -> bool:
        """Whether who looks may do that with this customer."""
        return may(self.request.user, right) and not self.is_own

    @cached_property
    def family(self) -> Sequence[int]:
        """The customer, then the profiles that were merged into it."""
        return family(self.customer.id)

    def get_crumbs(self) -> Sequence[Crumb]:
        return [
            Crumb(_("Customers"), reverse("customers:list")),
            Crumb(self.customer.name, reverse("customers:overview", args=[self.customer.id])),
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**({"customer": self.customer} | kwargs))


class EventDialog(CustomerMixin, DialogPage):
    """Records one event of the customer by hand, once however often it is sent; a refusal is shown on its form."""

    def get_initial(self) -> dict[str, Any]:
        return {"token": uuid4()}

    def submit(self, form: BaseForm, by: Sender) -> Outcome:
        """Call one operation."""
        raise NotImplementedError

    def success_message(self, outcome: Outcome) -> Text:
        """What was done, for the toast."""
        raise NotImplementedError

    def perform(self, form: BaseForm) -> Text:
        assert isinstance(form, OnceForm)
        try:
            outcome = self.submit(form, by_staff(self.request, token=str(form.cleaned_data["token"])))
        except AlreadyRecorded:
            return _("This action was already recorded.")
        except Refused as refusal:
            form.refuse(refusal)
            return ""
        except NotByHand as refusal:
            form.add_error(None, str(refusal))
            return ""
        return self.success_message(outcome)
