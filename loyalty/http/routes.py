"""The addresses of rooms, and how one names a customer in them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, register_converter
from django.urls.converters import StringConverter
from django.urls.resolvers import RoutePattern

from loyalty.identifiers import AFTER_AN_ID


@dataclass(frozen=True)
class Routes:
    """A URLconf, by its path, at the root. Higher rooms come first: customers' take any ID that is left."""

    urlconf: str


class CustomerConverter(StringConverter):
    """The ID of a customer, slashes and all: servers hand on decoded paths, and no ID has what addresses say after it."""

    regex = rf"[^/]+(?:/(?!(?:-|{'|'.join(AFTER_AN_ID)})(?:/|$))[^/]+)*"


class AnyIdConverter(StringConverter):
    """The last of an address: an ID with slashes, as orders have, but for one that ends the address. What names nothing is
    told so, even with a line feed in it."""

    regex = r"[\s\S]+?"


def regex_of(route: str) -> str:
    """A route that names customers, or is a regular expression already, as one."""
    found = route.replace("<customer:public_id>", f"(?P<public_id>{CustomerConverter.regex})")
    return re.sub(r"<str:(\w+)>", r"(?P<\1>[^/]+)", found)


register_converter(CustomerConverter, "customer")
register_converter(AnyIdConverter, "any_id")


class _AnyCase(RoutePattern):
    """The words of the route in any case, with a slash at the end or without; values stay as they are."""

    def __init__(self, route: str, name: str | None = None) -> None:
        super().__init__(route, name=name, is_endpoint=True)
        found = self.regex.pattern
        self.__dict__["regex"] = re.compile(found.removesuffix(r"\Z") + r"/?\Z", re.IGNORECASE)


def any_case(route: str, view: Callable[..., Any], *, name: str) -> URLPattern:
    """As `path`: for addresses that clients write in several ways, such as `/customers/1/Rewards/`."""
    return URLPattern(_AnyCase(route, name), view, None, name)
