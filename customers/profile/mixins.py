from collections.abc import Sequence
from functools import cached_property
from typing import Any, cast

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.generic import View

from customers.models import Customer
from customers.queries import family, survivor_of
from loyalty.engine.status import GONE, Status
from loyalty.ui.mixins import PageMixin
from loyalty.ui.navigation import Crumb

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
    def customer(self) -> Customer:
        found = get_object_or_404(Customer, id=self.kwargs["customer_id"])
        if found.status == Status.MERGED and (survivor := survivor_of(found)):
            raise MergedAway(found, survivor)
        if found.status in GONE:
            raise Http404
        return found

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
