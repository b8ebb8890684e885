"""What rewards show elsewhere."""

from loyalty.http.routes import Routes

from .api.entities import CATEGORIES, PAIR
from .bindings import BINDINGS
from .labels import AUDIT
from .operations import APPROVED
from .rights import RIGHTS

CONTRIBUTIONS: tuple[object, ...] = (
    RIGHTS,
    APPROVED,
    Routes("rewards.catalogue.api.urls"),
    PAIR,
    CATEGORIES,
    *BINDINGS,
    *AUDIT,
)
