"""Opting a customer out, and what became of those who have left."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from customers.profile.mixins import CustomerMixin
from customers.rights import BAN_CUSTOMERS, LIFT_BANS, OPT_OUT_CUSTOMERS, VIEW_ERASURES
from loyalty.refusals import Refused
from loyalty.staff.permissions import may
from loyalty.staff.sender import by_staff
from loyalty.ui.mixins import DialogPage, PageMixin, PartialMixin, StaffPage
from loyalty.ui.navigation import Crumb
from loyalty.ui.paging import Order, page_of
from loyalty.ui.responses import Text, go, is_partial

from .forms import OPT_OUT, OptOutForm, TypedIdForm
from .models import Erasure
from .operations import LATE, NotBanned, ban, lift_ban, opt_out, receipt


class OptOut(CustomerMixin, DialogPage):
    right = OPT_OUT_CUSTOMERS
    template_name = "customers/opt_out.html"
    form_class = OptOutForm
    title = _("Opt out")
    submit_label = _("Erase for good")
    is_dangerous = True

    def get_form_kwargs(self) -> dict[str, Any]:
        may_ban = may(self.request.user, BAN_CUSTOMERS)
        return super().get_form_kwargs() | {"public_id": self.customer.public_id, "may_ban": may_ban}

    def get_success_url(self) -> str:
        return reverse("customers:overview", args=[self.customer.id])

    def perform(self, form: BaseForm) -> Text:
        assert isinstance(form, OptOutForm)
        kind, by = form.cleaned_data["kind"], by_staff(self.request)
        try:
            if kind != OPT_OUT:
                ban(self.customer, kind, by=by).result()
                return _("Banned and erased.")
            opt_out(self.customer, by=by).result()
        except Refused as refusal:
            form.refuse(refusal)
        return _("Opted out and erased.")

    def form_valid(self, form: BaseForm) -> HttpResponse:
        """The profile is gone: the page that was open would be a 404."""
        text = self.perform(form)
        if form.errors:
            return self.form_invalid(form)
        messages.success(self.request, str(text))
        may_see = may(self.request.user, VIEW_ERASURES)
        url = reverse("erasures:list") if may_see else reverse("customers:list")
        return go(url) if is_partial(self.request) else HttpResponseRedirect(url)


class Erasures(PartialMixin, StaffPage, PageMixin, TemplateView):
    right = VIEW_ERASURES
    template_name = "customers/erasures.html"
    partial_template_name = "customers/erasures_rows.html"
    title = _("Erasures")
    crumbs = (Crumb(_("Customer Insights")),)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        erasures = Erasure.objects.select_related("staff").prefetch_related("items")
        page = page_of(erasures, Order("id", descending=True), self.request.GET.get("page", ""))
        rows = [
            (row, [item.place.replace("_", " ") for item in row.items.all() if item.done_at is None])
            for row in page.rows
        ]
        found = {
            "page": page,
            "rows": rows,
            "late": timezone.now() - LATE,
            "may_lift": may(self.request.user, LIFT_BANS),
        }
        return super().get_context_data(**(found | kwargs))


class Receipt(StaffPage):
    """What was erased, where and when, as a file without anything personal."""

    right = VIEW_ERASURES

    def get(self, request: HttpRequest, reference: UUID) -> HttpResponse:
        erasure = get_object_or_404(Erasure, reference=reference)
        answer = JsonResponse(receipt(erasure), json_dumps_params={"indent": 1})
        answer["Content-Disposition"] = f'attachment; filename="erasure-{erasure.reference}.json"'
        return answer


class LiftBan(DialogPage):
    """The list does not know whose ban it is, so whoever lifts one must know the ID."""

    right = LIFT_BANS
    form_class = TypedIdForm
    title = _("Lift a ban")
    submit_label = _("Lift the ban")
    lead = _("The customer may join again, from nothing.")

    def get_success_url(self) -> str:
        return reverse("erasures:list")

    def perform(self, form: BaseForm) -> Text:
        try:
            lift_ban(form.cleaned_data["typed"], by=by_staff(self.request)).result()
        except NotBanned:
            form.add_error("typed", _("No ban is on this ID. Capitals and small letters are different."))
        return _("The ban is lifted.")
