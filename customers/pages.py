from collections.abc import Sequence
from functools import cached_property
from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from loyalty.staff.permissions import Right
from loyalty.ui.mixins import PageMixin, StaffPage
from loyalty.ui.navigation import Crumb, Tab
from loyalty.ui.responses import Text

from .enums import GONE
from .models import Customer

TABS: Sequence[tuple[Text, str]] = (
    (_("Overview"), "customers:overview"),
    (_("Events"), "events:timeline"),
)


class CustomerMixin(PageMixin):
    """For a page or dialog below one customer, whom the address names by the internal ID; 404 for who is gone."""

    kwargs: dict[str, Any]

    @cached_property
    def customer(self) -> Customer:
        return get_object_or_404(Customer.objects.exclude(status__in=GONE), id=self.kwargs["customer_id"])

    def get_crumbs(self) -> Sequence[Crumb]:
        return [
            Crumb(_("Customers"), reverse("customers:list")),
            Crumb(self.customer.name, reverse("customers:overview", args=[self.customer.id])),
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**({"customer": self.customer} | kwargs))


class ProfilePage(CustomerMixin, StaffPage):
    """A tab of the profile: its template extends `customers/profile.html`; its `tab` is a URL name of TABS."""

    right = Right.VIEW_CUSTOMERS
    tab: ClassVar[str]

    def get_title(self) -> Text:
        return self.customer.name

    def get_crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Customers"), reverse("customers:list"))]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        tabs = [Tab(label, reverse(name, args=[self.customer.id]), name == self.tab) for label, name in TABS]
        return super().get_context_data(**({"tabs": tabs} | kwargs))


class CustomerList(PageMixin, StaffPage, TemplateView):
    right = Right.VIEW_CUSTOMERS
    template_name = "customers/list.html"
    title = _("Customers")


class Overview(ProfilePage, TemplateView):
    template_name = "customers/overview.html"
    tab = "customers:overview"
