"""Download data: what is held about a person, as staff hand it over."""

import logging

from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.generic import View

from customers.profile.mixins import CustomerMixin
from customers.rights import EXPORT_CUSTOMERS
from loyalty.staff.sender import by_staff
from loyalty.ui.mixins import StaffPage

from .api import FORMATS, download
from .operations import export_data

log = logging.getLogger(__name__)


class Data(CustomerMixin, StaffPage, View):
    right = EXPORT_CUSTOMERS

    def get(self, request: HttpRequest, customer_id: int, format: str) -> HttpResponseBase:
        if format not in FORMATS:
            raise Http404
        log.info("data of customer %d given to staff %d", self.customer.id, request.user.pk)
        return download(export_data(customer=self.customer, format=format, by=by_staff(request)).result(), format)
