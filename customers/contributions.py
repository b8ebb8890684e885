"""What customers show elsewhere."""

from customers.merging.checks import MergeCheck
from loyalty.verify.checks import Checks

CONTRIBUTIONS = (Checks((MergeCheck(),)),)
