"""The customers whom API requests name, by `queries.identity_in`, if the key may name them so: every address and body of the API
that names one is read here."""

from rest_framework.request import Request

from customers.models import Customer
from customers.queries import customer_of, identity_in
from loyalty.api.access.scopes import check_scheme, key_of
from loyalty.api.problems import unknown_customer
from loyalty.identifiers import normal


def identity_asked(request: Request, text: str) -> tuple[str, str]:
    """What the text names, as (scheme, value). Raises ApiError: 403 by the scheme, 404 / 160212 for what names nobody."""
    if not normal(text).isprintable():
        raise unknown_customer()
    scheme, value = identity_in(text)
    check_scheme(key_of(request), scheme)
    return scheme, value


def customer_asked(request: Request, text: str) -> Customer:
    """Raises ApiError: 403 by its scheme, 404 / 160212 for nobody and for those who are gone."""
    found = customer_of(*identity_asked(request, text))
    if found is None:
        raise unknown_customer()
    return found
