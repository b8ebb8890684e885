"""All that `manage.py verify` and the nightly task look at: the books, and what protects them in the database."""

from collections.abc import Sequence

from loyalty.contributions import contributed
from loyalty.protection.queries import compared, lacks

from .checks import Check, Checks, Mismatch
from .comparison import Findings, verify

PROTECTIONS = "protections"


def all_checks() -> Sequence[Check]:
    """Of every room."""
    return [check for checks in contributed(Checks) for check in checks.checks]


def verify_all(*, limit: int) -> Findings:
    """Recompute everything and look at every trigger, function, constraint and right; of what differs, `limit` are listed."""
    books, missing = verify(all_checks(), limit=limit), lacks()
    protections = [
        Mismatch(PROTECTIONS, None, f"{lack.kind} {lack.name}", {"state": lack.found}, {"state": lack.wanted})
        for lack in missing
    ]
    return Findings(
        compared={**books.compared, PROTECTIONS: compared()},
        found=books.found + len(missing),
        mismatches=[*protections, *books.mismatches][:limit],
    )
