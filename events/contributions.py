"""What events and orders show elsewhere."""

from events.orders.checks import OrderCheck
from loyalty.verify.checks import Checks

CONTRIBUTIONS = (Checks((OrderCheck(),)),)
