"""The products and stores that pools name: active ones of the catalogue, which are not archived while a pool names them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from coupons.models import Pool
from loyalty.catalogue.queries import known_products, known_stores
from loyalty.catalogue.uses import CatalogueUse
from loyalty.program.section import Invalid

_KNOWN = {"products": known_products, "stores": known_stores}


def refuse_unknown(after: Mapping[str, Any], before: Mapping[str, Any]) -> None:
    """What a pool names anew must be there and active; what it has named stays. Raises Invalid naming the field."""
    if problems := list(_problems(after, before)):
        raise Invalid(problems)


def _problems(after: Mapping[str, Any], before: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, known in _KNOWN.items():
        anew = set(after[name]) - set(before.get(name, ()))
        if unknown := sorted(anew - known(anew)):
            yield f"coupon_pools.{name}", f"must be of the catalogue and active, unlike {', '.join(unknown[:3])}"


def _pools_with_product(slug: str) -> Sequence[str]:
    return list(Pool.objects.filter(products__contains=[slug]).values_list("name", flat=True))


def _pools_with_store(slug: str) -> Sequence[str]:
    return list(Pool.objects.filter(stores__contains=[slug]).values_list("name", flat=True))


USED_BY_POOLS = CatalogueUse(_pools_with_product, _pools_with_store)
