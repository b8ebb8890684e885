"""What lists of products and stores can be narrowed by."""

from django_filters import CharFilter

from loyalty.database.filters import ExactFilter, ListFilters


class ProductFilters(ListFilters):
    category = CharFilter("category__slug", strip=False, help_text="Exactly this; empty for all.")
    status = ExactFilter()
    examples = {"category": "mugs", "status": "active"}


class StoreFilters(ListFilters):
    status = ExactFilter()
    examples = {"status": "active"}
