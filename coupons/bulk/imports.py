"""Files of codes: each row brings a code into the pool that it names."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from coupons.actions import CODE
from coupons.codes import POOL_UNKNOWN
from coupons.enums import CouponType, PoolSource
from coupons.models import Pool
from coupons.pools.patterns import folded
from coupons.rights import CONFIGURE_COUPONS
from coupons.stock.adding import TAKEN, add_codes
from loyalty.engine.events import Actor
from loyalty.intake.files import FileColumn, FileRow, Importable
from loyalty.refusals import Refused, WrongField

POOL, VALUE = "pool", "value"
LEAST, DIGITS, DECIMALS = Decimal("0.01"), 12, 2
# Of a row: the pool, the code, and what it is worth if not what the pool says.
Read = tuple[Pool, str, Decimal | None]


def _apply(rows: Sequence[FileRow], by: Actor, at: dt.datetime) -> list[Refused | None]:
    pools, found = _pools({row.subject for row in rows}), list[Refused | None]()
    read = dict[int, Read]()
    for place, row in enumerate(rows):
        try:
            read[place] = _read(row, pools.get(row.subject))
            found.append(None)
        except Refused as refused:
            found.append(refused)
    for place, why in _add(read, at):
        found[place] = Refused(0, f"The code {why}", field=CODE.name)
    return found


def _pools(names: set[str]) -> Mapping[str, Pool]:
    """By their IDs and external ones, as they are named; the ID goes first."""
    rows = list(Pool.objects.filter(Q(slug__in=names) | Q(external_id__in=names)))
    return {**{row.external_id: row for row in rows if row.external_id}, **{row.slug: row for row in rows}}


def _read(row: FileRow, pool: Pool | None) -> Read:
    """Raises Refused."""
    if pool is None:
        raise Refused(POOL_UNKNOWN, "Coupon Pool not found", field=POOL)
    if pool.source != PoolSource.UPLOADED:
        raise Refused(0, "The codes of this pool are not uploaded", field=POOL)
    return pool, str(row.cells[CODE.name]).strip() if CODE.name in row.cells else "", _value(row, pool)


def _value(row: FileRow, pool: Pool) -> Decimal | None:
    """As a pool's: cells of numbers are read by now, and what is none has stayed as it was."""
    if VALUE not in row.cells:
        return None
    try:
        value = Decimal(str(row.cells[VALUE]))
    except InvalidOperation:
        raise WrongField(VALUE, "must be a number") from None
    if pool.type == CouponType.FREE_SHIPPING:
        raise WrongField(VALUE, "is not of coupons for free shipping")
    if not value.is_finite() or not LEAST <= value < 10**DIGITS or value != round(value, DECIMALS):
        raise WrongField(VALUE, "must be at least 0.01, with at most two decimals")
    return value


def _add(read: Mapping[int, Read], at: dt.datetime) -> Iterator[tuple[int, str]]:
    """The places of those that could not be added, and why; one statement for each pool. Of twins the first counts."""
    places = dict[Pool, dict[str, int]]()
    for place, (pool, code, _worth) in read.items():
        known = places.setdefault(pool, {})
        if folded(code) in known:
            yield place, TAKEN
        else:
            known[folded(code)] = place
    for pool, own in places.items():
        values = {read[place][1]: worth for place in own.values() if (worth := read[place][2]) is not None}
        refused = add_codes(pool, [read[place][1] for place in own.values()], at=at, values=values)
        yield from ((own[folded(code)], why) for code, why in refused.items())


FILES = Importable(
    "coupon_codes",
    _("Codes of coupons"),
    [FileColumn(CODE.name, required=True), FileColumn(VALUE, is_number=True)],
    _apply,
    subject=POOL,
    right=CONFIGURE_COUPONS,
)
