"""What the list of customer lists can be narrowed by."""

from loyalty.database.filters import ExactFilter, ListFilters


class CustomerListFilters(ListFilters):
    status = ExactFilter()
    examples = {"status": "active"}
