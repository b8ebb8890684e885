"""What the programme says of roles and user groups."""

from loyalty.program.rooms import Rules

from .groups.program import GROUPED_KINDS, GROUPS
from .program import ROLES

RULES = Rules(sections=(ROLES, GROUPS, GROUPED_KINDS))
