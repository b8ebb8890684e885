import time
from datetime import datetime

from .health import verify_all
from .models import Verification

LISTED = 1_000


def verify_projections(*, at: datetime, limit: int = LISTED) -> Verification:
    """Compare every projection with its history, look at the protections, and keep the result, which names rows and columns but no values."""
    started = time.perf_counter()
    findings = verify_all(limit=limit)
    return Verification.objects.create(
        at=at,
        seconds=round(time.perf_counter() - started, 3),
        compared=findings.compared,
        found=findings.found,
        # Some of the values are personal.
        mismatches=[
            {"check": wrong.check, "customer_id": wrong.customer_id, "row": wrong.row, "columns": list(wrong.stored)}
            for wrong in findings.mismatches
        ],
        ok=not findings.found,
    )
