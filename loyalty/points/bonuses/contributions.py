from loyalty.verify.checks import Checks

from .checks import LimitCheck

CONTRIBUTIONS = (Checks((LimitCheck(),)),)
