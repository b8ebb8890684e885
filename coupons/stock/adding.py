"""Codes that are added to a pool, many in one statement."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import connection

from coupons.models import Pool
from coupons.pools.patterns import fault_of_code, folded

# Why a code could not be added, by the code.
Refusals = Mapping[str, str]
TAKEN = "is in the pool already"
_ADD = (
    "INSERT INTO coupons_coupon (pool_id, code, value, purchase_minimum, minimum_value, minimum_redemption_value, created_at)"
    " SELECT p.id, code, coalesce(given.value, p.value), p.purchase_minimum, p.minimum_value, p.minimum_redemption_value, %s"
    " FROM coupons_pool p CROSS JOIN unnest(%s::text[], %s::numeric[]) WITH ORDINALITY AS given (code, value, place)"
    " WHERE p.id = %s ORDER BY place"
    " ON CONFLICT DO NOTHING RETURNING folded"
)


def add_codes(
    pool: Pool, codes: Sequence[str], *, at: datetime, values: Mapping[str, Decimal] | None = None
) -> Refusals:
    """Those that could not be added, and why. Codes that differ by case alone are one: the first counts. `values`: of codes
    that are not worth what the pool says, by the code."""
    refused, wanted = dict[str, str](), dict[str, str]()
    for code in codes:
        if fault := fault_of_code(code) or (TAKEN if folded(code) in wanted else ""):
            refused[code] = fault
        else:
            wanted[folded(code)] = code
    with connection.cursor() as cursor:
        own = [(values or {}).get(code) for code in wanted.values()]
        cursor.execute(_ADD, [at, list(wanted.values()), own, pool.pk])
        added = {found for (found,) in cursor.fetchall()}
    return refused | {code: TAKEN for key, code in wanted.items() if key not in added}
