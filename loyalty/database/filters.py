"""How a list is narrowed, said once for its APIs, its page and its export (django-filter).

Each filter knows its column, reads its value and says what it takes. A list declares its `ListFilters` once, as a class: none
is made for a request, and nothing that a till waits for makes one.
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from functools import cached_property
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import Field
from django_filters import Filter, FilterSet


class ReadingField(Field):
    """Leaves it to its filter to read a value."""

    def __init__(self, filter_: "ReadingFilter") -> None:
        super().__init__(required=False)
        self.filter = filter_

    def clean(self, value: Any) -> Any:
        try:
            return self.filter.read(value)
        except ValueError:
            raise ValidationError("no row can have it") from None


class ReadingFilter(Filter):
    """Reads its values itself, an empty one too, and may be asked by several `lookups`, each a parameter of its own."""

    lookups: Sequence[str] = ()

    def read(self, value: Any) -> Any:
        """Raises ValueError for what no row can have."""
        raise NotImplementedError

    @property
    def field(self) -> Field:
        return ReadingField(self)

    def looking_up(self, name: str, lookup: str) -> "ReadingFilter":
        """The same for one of its lookups; `name`: what the list calls it."""
        found = deepcopy(self)
        found.lookup_expr = lookup
        return found


class ExactFilter(ReadingFilter):
    """By exactly what is asked for, an empty text too."""

    def __init__(self, column: str | None = None) -> None:
        super().__init__(column, help_text="Exactly this.")

    def read(self, value: str) -> str:
        return value

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        return qs.filter(**{self.field_name: value})


class ListFilters(FilterSet):
    """`examples`: values for the description of the API, by parameter.

    The filters' own fields read the values, without a form: making its class for each request took longer than the query.
    """

    base_filters: ClassVar[Mapping[str, Filter]]
    examples: ClassVar[Mapping[str, Any]] = {}
    _fields: ClassVar[Mapping[str, Field]]

    def __init__(
        self, data: Mapping[str, Any], queryset: QuerySet[Any] | None = None, more: Mapping[str, Filter] | None = None
    ) -> None:
        """`more`: what is known with the request only, as fields that a brand defines."""
        known = {**type(self).base_filters, **(more or {})}
        asked = {name: known[name] for name in data if name in known}
        # Each is copied for the request: no more of them than are asked for.
        self.base_filters = asked  # type: ignore[misc]  # in place of the class's, which django-filter would copy
        super().__init__(data, queryset)

    @classmethod
    def parameter(cls, name: str, lookup: str) -> str:
        """How the list's grammar writes a lookup."""
        return name if lookup == "exact" else f"{name}.{lookup}"

    @classmethod
    def get_filters(cls) -> Mapping[str, Filter]:
        """By parameter: where a filter has lookups, one for each."""
        found: dict[str, Filter] = {}
        for name, one in super().get_filters().items():
            lookups = one.lookups if isinstance(one, ReadingFilter) else ()
            found |= {cls.parameter(name, lookup): one.looking_up(name, lookup) for lookup in lookups} or {name: one}
        return found

    @property
    def exact(self) -> QuerySet[Any]:
        """For APIs: a value that no row can have finds nothing."""
        return self.queryset.none() if self.unmeant else self.lenient

    @property
    def lenient(self) -> QuerySet[Any]:
        """For pages: what cannot be meant filters nothing."""
        return self.narrow(self.queryset)

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        for name, value in self._values.items():
            rows = self.filters[name].filter(rows, value)
        return rows

    @property
    def unmeant(self) -> Sequence[str]:
        """The parameters whose values no row can have."""
        return [name for name in self.filters if name not in self._values]

    def chosen(self, name: str) -> str:
        """What is filtered by, as the page shows it again; empty if by nothing."""
        return str(self._values.get(name) or "")

    @cached_property
    def _values(self) -> dict[str, Any]:
        """Of the filters whose values can be meant; what is empty filters nothing."""
        found, readers = {}, self._readers()
        for name, one in self.filters.items():
            try:
                found[name] = (readers.get(name) or one.field).clean(self.data[name])
            except ValidationError:
                continue
        return found

    @classmethod
    def _readers(cls) -> Mapping[str, Field]:
        """By filter what reads its value; made once for the class, of copies: a filter keeps its field, and is copied itself."""
        if "_fields" not in cls.__dict__:
            cls._fields = {name: deepcopy(one).field for name, one in cls.base_filters.items()}
        return cls._fields
