"""What lists of rewards can be narrowed by."""

from loyalty.database.filters import ExactFilter, ListFilters


class RewardFilters(ListFilters):
    status = ExactFilter()
    type = ExactFilter()
    examples = {"status": "active", "type": "coupon"}
