"""What a key may do. What it lacks is a 403 that names it; who reads an event or looks a customer up asks here."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from loyalty.api.keys.enums import KeyKind
from loyalty.api.keys.models import ApiKey
from loyalty.api.keys.validators import is_local
from loyalty.api.problems import ApiError, forbidden

from .authentication import Integrator

ID = "id"


def key_of(request: Request) -> ApiKey:
    assert isinstance(request.user, Integrator)
    return request.user.api_key


def is_client_side(request: Request) -> bool:
    return key_of(request).kind == KeyKind.CLIENT_SIDE


class InScope(BasePermission):
    """The key may come from there, and may use this interface."""

    def has_permission(self, request: Request, view: object) -> bool:
        key = key_of(request)
        check_address(key, request.META.get("REMOTE_ADDR", ""))
        if key.kind == KeyKind.CLIENT_SIDE:
            check_page(request, key, is_open=getattr(view, "client_side", False))
        check_api(key, getattr(view, "api"))  # noqa: B009  DRF types the view as any of its own
        return True


def check_address(key: ApiKey, address: str) -> None:
    if key.networks and not any(_is_within(address, network) for network in key.networks):
        raise forbidden("This key may not be used from your address: let an administrator add it to the key's networks")


def check_api(key: ApiKey, api: str) -> None:
    if api not in key.apis:
        raise forbidden(
            f"This key is not for the {api} API: use another key, or let an administrator add the scope '{api}'"
        )


def check_page(request: Request, key: ApiKey, *, is_open: bool) -> None:
    """A page sends it, of the key's origins, to an address that is open to pages."""
    origin = request.META.get("HTTP_ORIGIN", "")
    if origin not in key.origins:
        raise foreign(origin)
    # From here on the page may read the answer.
    request._request.page_origin = origin  # type: ignore[attr-defined]
    if not (request.is_secure() or is_local(origin)):
        raise forbidden("Client-side requests come over https: send them to the https address")
    if not is_open:
        raise forbidden("A client-side key may send events, and nothing else: use a server's key")


def foreign(origin: str) -> ApiError:
    if not origin:
        return forbidden(
            "A client-side key is for web pages: browsers send an Origin header, and this request has none"
        )
    return forbidden("This key is not for pages of this origin: let an administrator add it to the key's origins")


def check_action(key: ApiKey, action: str) -> None:
    if key.actions and action not in key.actions:
        scope = f"action:{action[:64]}"
        raise forbidden(f"This key may not record '{action[:64]}': let an administrator add the scope '{scope}'")


def check_scheme(key: ApiKey, scheme: str) -> None:
    """By which kind of ID the customer is named. In the hands of a page, it is the customer's ID unless the key says more."""
    allowed = key.external_ids or ([ID] if key.kind == KeyKind.CLIENT_SIDE else [])
    if allowed and scheme not in allowed:
        scope = f"external_id:{scheme[:64]}"
        raise forbidden(
            f"This key may not name customers by '{scheme[:64]}': let an administrator add the scope '{scope}'"
        )


def _is_within(address: str, network: str) -> bool:
    found = _address(address)
    return found is not None and found in _network(network)


@lru_cache(maxsize=1024)
def _network(text: str) -> IPv4Network | IPv6Network:
    return ip_network(text)


@lru_cache(maxsize=1024)
def _address(text: str) -> IPv4Address | IPv6Address | None:
    """An IPv4 address that came by IPv6 is itself."""
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found
