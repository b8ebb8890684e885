"""How a list is narrowed, said once for its APIs, its page and its export (django-filter).

Each filter knows its column, reads its value and says what it takes. A list declares its `ListFilters` once, as a class: none
is made for a request, and nothing that a till waits for makes one.
"""

from collections.abc import Mapping
from copy import deepcopy
from functools import cached_property
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import Field
from django_filters import FilterSet


class ListFilters(FilterSet):
    """`examples`: values for the description of the API, by parameter.

    The filters' own fields read the values, without a form: making its class for each request took longer than the query.
    """

    examples: ClassVar[Mapping[str, Any]] = {}
    _fields: ClassVar[Mapping[str, Field]]

    @property
    def exact(self) -> QuerySet[Any]:
        """For APIs: a value that no row can have finds nothing."""
        return self.lenient if len(self._values) == len(self.filters) else self.queryset.none()

    @property
    def lenient(self) -> QuerySet[Any]:
        """For pages: what cannot be meant filters nothing."""
        found = self.queryset
        for name, value in self._values.items():
            found = self.filters[name].filter(found, value)
        return found

    def chosen(self, name: str) -> str:
        """What is filtered by, as the page shows it again; empty if by nothing."""
        return str(self._values.get(name) or "")

    @cached_property
    def _values(self) -> dict[str, Any]:
        """Of the filters whose values can be meant; what is empty filters nothing."""
        found = {}
        for name, field in self._readers().items():
            try:
                found[name] = field.clean(self.data.get(name))
            except ValidationError:
                continue
        return found

    @classmethod
    def _readers(cls) -> Mapping[str, Field]:
        """By filter what reads its value; made once for the class, of copies: a filter keeps its field, and is copied itself."""
        if "_fields" not in cls.__dict__:
            cls._fields = {name: deepcopy(one).field for name, one in cls.base_filters.items()}
        return cls._fields
