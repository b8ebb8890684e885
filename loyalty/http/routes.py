"""The addresses of rooms, and how one names a customer in them."""

from dataclasses import dataclass

from django.urls import register_converter
from django.urls.converters import StringConverter

from loyalty.identifiers import AFTER_AN_ID


@dataclass(frozen=True)
class Routes:
    """A URLconf, by its path, at the root. Higher rooms come first: customers' take any ID that is left."""

    urlconf: str


class CustomerConverter(StringConverter):
    """The ID of a customer, slashes and all: servers hand on decoded paths, and no ID has what addresses say after it."""

    regex = rf"[^/]+(?:/(?!(?:-|{'|'.join(AFTER_AN_ID)})(?:/|$))[^/]+)*"


def regex_of(route: str) -> str:
    """A route that names customers, or is a regular expression already, as one."""
    return route.replace("<customer:public_id>", f"(?P<public_id>{CustomerConverter.regex})")


register_converter(CustomerConverter, "customer")
