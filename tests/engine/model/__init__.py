"""What the actions mean, in plain Python, written from docs/ledger.md: one event after the other, no database.

It shares nothing with the programme, so that the two can be wrong only in different ways. A refused event is undone by
putting a copy of the customer back.
"""

from .machine import Model
from .people import DAILY_LOGIN, REFERRAL, REFERRAL_POINTS
from .reading import end_state
from .state import Custom, Earning, Event, Expiry, Sent, Setup
from .values import Refusal

__all__ = [
    "DAILY_LOGIN",
    "REFERRAL",
    "REFERRAL_POINTS",
    "Custom",
    "Earning",
    "Event",
    "Expiry",
    "Model",
    "Refusal",
    "Sent",
    "Setup",
    "end_state",
    "lists",
]
