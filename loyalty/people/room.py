"""What the programme says of roles."""

from loyalty.program.rooms import Rules

from .program import ROLES

RULES = Rules(sections=(ROLES,))
