"""Every route of the HTTP interface, out of the URLconf: new ones are found by themselves."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django.urls import URLPattern, URLResolver, get_resolver

from loyalty.api.views import ApiView

METHODS = ("get", "post", "put", "patch", "delete")
WRITES = {"post", "put", "patch", "delete"}
UUID = "5f8b0f9e-4d7c-4c1f-9a34-6a1d2b8e7c10"
# What each name in an address may stand for.
VALUES = {
    "public_id": "C-1",
    "transaction_id": "T-1",
    "reference": UUID,
    "module": "core",
    "entity": "customer-list",
    "entity_id": "vip",
    "customer_list_id": "vip",
    "batch": UUID,
    "coupon_pool_id": "spring",
    "reward_id": "mug",
    "action": "add",
}


class ApiRoute(NamedTuple):
    """`address` has `{name}` where a value goes."""

    name: str
    address: str
    view: type[ApiView]
    methods: tuple[str, ...]

    @property
    def writes(self) -> tuple[str, ...]:
        return tuple(method for method in self.methods if method in WRITES)

    def path(self, values: Mapping[str, str]) -> str:
        return self.address.format(**values)


def api_routes() -> list[ApiRoute]:
    return list(_routes(get_resolver().url_patterns, ""))


def _routes(patterns: Any, prefix: str) -> Iterator[ApiRoute]:
    for pattern in patterns:
        address = prefix + _template(pattern)
        if isinstance(pattern, URLResolver):
            if pattern.namespace != "admin":
                yield from _routes(pattern.url_patterns, address)
        elif isinstance(pattern, URLPattern):
            view = getattr(pattern.callback, "view_class", getattr(pattern.callback, "cls", None))
            if isinstance(view, type) and issubclass(view, ApiView):
                methods = tuple(method for method in METHODS if hasattr(view, method))
                yield ApiRoute(str(pattern.name), f"/{address}", view, methods)


def _template(pattern: Any) -> str:
    """Django's own reading of the pattern: `customers/%(public_id)s/merge` and the names in it."""
    ((text, names),) = _possibilities(pattern)
    return text % {name: f"{{{name}}}" for name in names}


def _possibilities(pattern: Any) -> list[tuple[str, list[str]]]:
    from django.utils.regex_helper import normalize

    found: list[tuple[str, list[str]]] = normalize(pattern.pattern.regex.pattern)
    return found[:1]
