"""What rewards show elsewhere."""

from .rights import RIGHTS

CONTRIBUTIONS: tuple[object, ...] = (RIGHTS,)
