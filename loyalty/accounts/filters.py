"""What the list of accounts can be narrowed by."""

from loyalty.accounts.enums import AccountType
from loyalty.database.filters import ExactFilter, ListFilters


class AccountFilters(ListFilters):
    type = ExactFilter()
    examples = {"type": AccountType.STANDARD.value}
