"""Which products and stores there are: the catalogue's to say."""

from collections.abc import Collection

from loyalty.catalogue.queries import known_products, known_stores


def unknown_products(ids: Collection[str]) -> Collection[str]:
    """Of these IDs, those that are of no active product."""
    return set(ids) - known_products(ids)


def unknown_stores(ids: Collection[str]) -> Collection[str]:
    """Of these IDs, those that are of no active store."""
    return set(ids) - known_stores(ids)
