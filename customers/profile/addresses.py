"""Addresses of profiles beside their own: of a merged-away profile, and by what the brand calls a customer."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from customers.models import Customer
from customers.queries import customer_named, customer_of
from customers.rights import VIEW_CUSTOMERS
from loyalty.engine.status import Status
from loyalty.identifiers import forms
from loyalty.staff.sight import sight_of
from loyalty.ui.mixins import StaffPage
from loyalty.ui.responses import go, is_partial


class MergedAway(Http404):
    """Of whom the address tells is a part of another customer by now."""

    def __init__(self, profile: Customer, survivor: Customer) -> None:
        super().__init__()
        self.profile, self.survivor = profile, survivor


def to_survivor(request: HttpRequest, moved: MergedAway) -> HttpResponse:
    """To the same page of the survivor, or to the first one if the address names more than the customer."""
    match = request.resolver_match
    is_plain = match is not None and match.kwargs.keys() == {"customer_id"}
    name = match.view_name if match is not None and is_plain else "customers:overview"
    _tell(request, moved.profile)
    url = reverse(name, args=[moved.survivor.id])
    return go(url) if is_partial(request) else HttpResponseRedirect(url)


def _tell(request: HttpRequest, profile: Customer) -> None:
    messages.info(request, _("%(id)s was merged into this profile.") % {"id": profile.public_id})


class ByIdentity(StaffPage):
    """`/customers/<ID>/`, an external ID as `field:value`: on to the profile's own address, which tells nothing of a person.

    A number alone is the internal key of such an address; `id:123` is the customer whom the brand calls 123.
    """

    right = VIEW_CUSTOMERS

    def get(self, request: HttpRequest, identity: str) -> HttpResponse:
        scheme, _colon, value = identity.partition(":")
        sight = sight_of(request.user)
        found = customer_named(identity, sight) or (customer_of("id", value, sight) if scheme == "id" else None)
        if found is None:
            raise Http404
        asked = [*forms(identity), *forms(value)]
        if merged := Customer.objects.filter(public_id__in=asked, status=Status.MERGED, merge__survivor=found).first():
            _tell(request, merged)
        return HttpResponseRedirect(reverse("customers:overview", args=[found.id]))
