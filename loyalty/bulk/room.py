"""What bulk requests keep of people."""

from loyalty.program.rooms import Rules

RULES = Rules(erasure="erase_bulk")
