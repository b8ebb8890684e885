"""The parameters of a list, out of its filters."""

from loyalty.api.docs.describe import Parameter
from loyalty.api.docs.shapes import TEXT
from loyalty.database.filters import ListFilters


def parameters_of(filters: type[ListFilters]) -> list[Parameter]:
    """One for each, in the order in which they are declared: the help text is what the description says."""
    return [
        Parameter(name, one.extra["help_text"], getattr(one, "schema", TEXT), filters.examples.get(name))
        for name, one in filters.base_filters.items()
    ]
