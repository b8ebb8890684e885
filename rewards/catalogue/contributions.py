"""What rewards show elsewhere."""

from .bindings import BINDINGS
from .labels import AUDIT
from .operations import APPROVED
from .rights import RIGHTS

CONTRIBUTIONS: tuple[object, ...] = (RIGHTS, APPROVED, *BINDINGS, *AUDIT)
