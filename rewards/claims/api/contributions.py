"""What the APIs of claims add elsewhere."""

from loyalty.http.routes import Routes
from rewards.claims.bulk.kinds import CLAIM_MANY

from .codes import CODES

CONTRIBUTIONS: tuple[object, ...] = (CODES, CLAIM_MANY, Routes("rewards.claims.api.urls"))
