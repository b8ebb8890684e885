"""Products, stores and categories, by their IDs and by what people look for."""

from collections.abc import Collection

from django.db.models import Count, Q, QuerySet, Value
from django.db.models.functions import Lower

from loyalty.database.trigrams import SHORTEST, with_part

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


def products(*, text: str = "", statuses: Collection[str] = SHOWN, category: str = "") -> QuerySet[Product]:
    """Those with the text in their name or ID; of one or two letters, those whose ID or name begins with it."""
    found = _with_text(Product.objects.filter(status__in=statuses), text)
    return found.filter(category__slug=category) if category else found


def stores(*, text: str = "", statuses: Collection[str] = SHOWN) -> QuerySet[Store]:
    """The same of stores. They are few."""
    found = Store.objects.filter(status__in=statuses)
    return found.filter(Q(slug__icontains=text) | Q(name__icontains=text)) if text else found


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


def _with_text(found: QuerySet[Product], text: str) -> QuerySet[Product]:
    if not text:
        return found
    if len(text) < SHORTEST:
        return found.filter(Q(slug__istartswith=text) | Q(name__istartswith=text))
    named = [with_part(Product.objects.all(), column, text).values("id") for column in ("name", "slug")]
    return found.filter(Q(id__in=named[0]) | Q(id__in=named[1]))
