"""What the catalogue shows elsewhere."""

from .rights import RIGHTS

CONTRIBUTIONS: tuple[object, ...] = (RIGHTS,)
