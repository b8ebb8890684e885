"""Changes that somebody else must approve."""

from loyalty.program.rooms import Rules

from .program import APPROVALS

RULES = Rules(sections=(APPROVALS,), erasure="erase_approvals")
