"""How a list is narrowed, said once for its APIs, its page and its export (django-filter).

Each filter knows its column, reads its value and says what it takes. A list declares its `ListFilters` once, as a class: none
is made for a request, and nothing that a till waits for makes one.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import QuerySet
from django_filters import FilterSet


class ListFilters(FilterSet):
    """`examples`: values for the description of the API, by parameter."""

    examples: ClassVar[Mapping[str, Any]] = {}

    @property
    def exact(self) -> QuerySet[Any]:
        """For APIs: a value that no row can have finds nothing."""
        return self.qs if self.is_valid() else self.queryset.none()

    @property
    def lenient(self) -> QuerySet[Any]:
        """For pages: what cannot be meant filters nothing."""
        return self.qs

    def chosen(self, name: str) -> str:
        """What is filtered by, as the page shows it again; empty if by nothing."""
        self.is_valid()
        return str(self.form.cleaned_data.get(name) or "")
