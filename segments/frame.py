"""What the pages of segments share: a rule may ask for any field of customers, and who is in a segment tells its value."""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from loyalty.staff.sight import sight_of
from loyalty.ui.mixins import StaffPage


class SegmentsPage(StaffPage):
    """For whoever sees every field of customers."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            sight_of(request.user).require_all()
        return super().dispatch(request, *args, **kwargs)
