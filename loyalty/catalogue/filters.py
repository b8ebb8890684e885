"""What lists of products and stores can be narrowed by."""

from typing import Any

from django.db.models import Q, QuerySet
from django_filters import CharFilter, ChoiceFilter

from loyalty.catalogue.enums import SHOWN, Status
from loyalty.catalogue.models import Product, Store
from loyalty.database.filters import ExactFilter, ListFilters
from loyalty.database.trigrams import SHORTEST, with_part


class ProductFilters(ListFilters):
    """In the Entities API."""

    category = CharFilter("category__slug", strip=False)
    status = ExactFilter()
    examples = {"category": "mugs", "status": "active"}


class StoreFilters(ListFilters):
    status = ExactFilter()
    examples = {"status": "active"}


class _Found(ListFilters):
    """In the back office: nothing archived, unless just that is asked for."""

    q = CharFilter(method="by_text")
    status = ChoiceFilter(choices=Status.choices)

    @property
    def lenient(self) -> QuerySet[Any]:
        return super().lenient if self.chosen("status") else super().lenient.filter(status__in=SHOWN)


class FoundProductFilters(_Found):
    category = CharFilter("category__slug")

    def by_text(self, found: QuerySet[Product], name: str, value: str) -> QuerySet[Product]:
        """In the name or ID; of one or two letters, what begins with it."""
        if len(value) < SHORTEST:
            return found.filter(Q(slug__istartswith=value) | Q(name__istartswith=value))
        named = [with_part(Product.objects.all(), column, value).values("id") for column in ("name", "slug")]
        return found.filter(Q(id__in=named[0]) | Q(id__in=named[1]))


class FoundStoreFilters(_Found):
    def by_text(self, found: QuerySet[Store], name: str, value: str) -> QuerySet[Store]:
        """They are few."""
        return found.filter(Q(slug__icontains=value) | Q(name__icontains=value))
