"""What the programme says of accounts."""

from loyalty.program.rooms import Rules

from .program import ACCOUNTS

RULES = Rules(sections=(ACCOUNTS,))
