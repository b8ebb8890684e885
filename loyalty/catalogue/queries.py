"""Products, stores and categories, by their IDs and by what people look for."""

from collections.abc import Collection

from .enums import Status
from .models import Product, Store


def known_products(ids: Collection[str]) -> set[str]:
    """Which of these IDs are of active products. One query, none for no IDs."""
    return _active(Product, ids)


def known_stores(ids: Collection[str]) -> set[str]:
    """Which of these IDs are of active stores. One query, none for no IDs."""
    return _active(Store, ids)


def store_names(ids: Collection[str]) -> dict[str, str]:
    """Of stores of any status, by ID."""
    return dict(Store.objects.filter(slug__in=ids).values_list("slug", "name")) if ids else {}


def product_names(ids: Collection[str]) -> dict[str, str]:
    """Of products of any status, by ID."""
    return dict(Product.objects.filter(slug__in=ids).values_list("slug", "name")) if ids else {}


def _active(model: type[Product | Store], ids: Collection[str]) -> set[str]:
    """An ID with a NUL is of nothing: PostgreSQL has no such texts."""
    asked = [one for one in ids if "\x00" not in one]
    if not asked:
        return set()
    return set(model._default_manager.filter(slug__in=asked, status=Status.ACTIVE).values_list("slug", flat=True))
