"""Products and stores for tests."""

from loyalty.catalogue.enums import Status
from loyalty.catalogue.models import Product, Store


def make_product(slug: str, status: Status = Status.ACTIVE, **values: object) -> Product:
    return Product.objects.create(slug=slug, status=status, **{"name": slug.title(), **values})


def make_store(slug: str, status: Status = Status.ACTIVE, **values: object) -> Store:
    return Store.objects.create(slug=slug, status=status, **{"name": slug.title(), **values})
