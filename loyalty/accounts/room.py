"""What the programme says of accounts."""

from loyalty.program.rules import Rules

from .program import ACCOUNTS

RULES = Rules(sections=(ACCOUNTS,))
