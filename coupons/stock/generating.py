"""Codes that are made beforehand: in chunks of a transaction each, so that a run may be killed anywhere."""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import IntegrityError, connection, transaction

from coupons.models import Coupon, Generation, Pool
from coupons.pools.patterns import draw, folded, is_strong

from .adding import add_codes

CHUNK = 50_000
MORE = 100
_COPY = (
    "COPY coupons_coupon (pool_id, code, value, purchase_minimum, minimum_value, minimum_redemption_value, created_at)"
    " FROM STDIN"
)
FULL = "Nearly all codes of the pattern are in the pool"


def generate_open(*, now: Callable[[], datetime]) -> int:
    """Make what is asked for and not yet made; how many codes. Somebody else's work is left to them."""
    made = 0
    for id in Generation.objects.filter(finished_at__isnull=True).order_by("id").values_list("id", flat=True):
        while number := _make_some(id, now()):
            made += number
    return made


@transaction.atomic(durable=True)
def _make_some(id: int, at: datetime) -> int:
    """A chunk; none if it is done, or somebody else is at it."""
    open_ = Generation.objects.filter(id=id, finished_at__isnull=True).select_related("pool")
    job = open_.select_for_update(skip_locked=True, of=("self",)).first()
    if job is None:
        return 0
    number = _insert(job.pool, min(CHUNK, job.number - job.done), at)
    job.done += number
    if not number:
        job.failure = FULL
    if not number or job.done == job.number:
        job.finished_at = at
    job.save(update_fields=["done", "failure", "finished_at"])
    return number


def _insert(pool: Pool, number: int, at: datetime) -> int:
    """How many new codes there are."""
    codes = _new_codes(pool, number)
    try:
        with transaction.atomic():
            _copy(pool, codes, at)
    except IntegrityError:
        # Seldom: one of them has come into the pool just now.
        return len(codes) - len(add_codes(pool, codes, at=at))
    return len(codes)


def _new_codes(pool: Pool, number: int) -> list[str]:
    """Of a pattern that has few, many are drawn, and those left out that there are."""
    if is_strong(pool.pattern):
        return draw(pool.pattern, number)
    drawn = {folded(code): code for code in draw(pool.pattern, 4 * number + MORE)}
    known = Coupon.objects.filter(pool=pool, folded__in=[*drawn]).values_list("folded", flat=True)
    for code in known:
        del drawn[code]
    return list(drawn.values())[:number]


def _copy(pool: Pool, codes: Sequence[str], at: datetime) -> None:
    terms = (pool.value, pool.purchase_minimum, pool.minimum_value, pool.minimum_redemption_value)
    rest = "\t".join([*("\\N" if value is None else f"{value:f}" for value in terms), at.isoformat()])
    # A backslash is the only sign of a code that means something here.
    lines = "".join(f"{pool.pk}\t{code}\t{rest}\n" for code in (one.replace("\\", "\\\\") for one in codes))
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(_COPY) as stream:
        stream.write(lines)
