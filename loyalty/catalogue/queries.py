"""Products, stores and categories, by their IDs and by what people look for."""

from collections.abc import Collection

from django.db.models import Count, Q, QuerySet, Value
from django.db.models.functions import Lower

from .enums import SHOWN, Status
from .models import Category, Product, Store


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


def products() -> QuerySet[Product]:
    """Without those that are archived."""
    return Product.objects.filter(status__in=SHOWN)


def stores() -> QuerySet[Store]:
    return Store.objects.filter(status__in=SHOWN)


def product_of(slug: str) -> Product | None:
    """One that is not archived, with its category."""
    return products().select_related("category").filter(slug=slug).first()


def store_of(slug: str) -> Store | None:
    return stores().filter(slug=slug).first()


def category_named(text: str) -> Category | None:
    """Of that ID, in any case."""
    return Category.objects.alias(low=Lower("slug")).filter(low=Lower(Value(text))).first()


def categories() -> QuerySet[Category]:
    """With `size`: how many products are of each that are not archived."""
    return Category.objects.annotate(size=Count("products", filter=Q(products__status__in=SHOWN)))
