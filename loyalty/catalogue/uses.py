"""What products and stores are used by: rooms that name them by their IDs say so. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from loyalty.contributions import contributed


@dataclass(frozen=True)
class CatalogueUse:
    """Contributed: by what of the room the products, or the stores, of this ID are used, each by its name. While one is
    used, it is not archived."""

    products: Callable[[str], Sequence[str]] = lambda _slug: ()
    stores: Callable[[str], Sequence[str]] = lambda _slug: ()


def uses_of_product(slug: str) -> list[str]:
    return [name for use in contributed(CatalogueUse) for name in use.products(slug)]


def uses_of_store(slug: str) -> list[str]:
    return [name for use in contributed(CatalogueUse) for name in use.stores(slug)]
