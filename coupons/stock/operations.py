"""What staff and integrators do with pools: create, change, add codes, have codes made."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from secrets import token_hex
from typing import Any

from django.utils.translation import gettext_lazy as _

from coupons.enums import PATTERNED, PoolSource, UpdateMethod
from coupons.models import Coupon, Generation, Pool, PoolChange
from coupons.pools.patterns import MAX_LENGTH, bits, capacity, is_generic, is_strong
from coupons.pools.program import POOLS as SECTION
from coupons.pools.program import read_pool
from coupons.rights import CONFIGURE_COUPONS
from coupons.rows import TERMS
from loyalty.program.enums import Origin
from loyalty.program.operations import program_change
from loyalty.program.section import Invalid
from loyalty.staff.audit.deeds import Approvable, Deed, Nothing, operation
from loyalty.staff.sender import Sender
from loyalty.timers import wake

from .adding import Refusals, add_codes
from .places import refuse_unknown
from .updating import change_free_ones

MAX_CODES = 50_000
MAX_GENERATED = 1_000_000
# Of as many codes, one per line.
MAX_FILE = MAX_CODES * (MAX_LENGTH + 2)
CHANGE, GENERATE = "coupons.stock.tasks.change_coupons", "coupons.stock.tasks.generate"
# What a new pool is, where nobody says.
DEFAULTS: Mapping[str, Any] = {
    name: schema["default"] for name, schema in SECTION.fields["properties"].items() if "default" in schema
}


class NoSuchPool(Exception):
    """There is no pool of this ID."""


class WeakCodes(Exception):
    """The codes are easy to guess: `bits` says how. Whoever wants them all the same confirms it."""

    def __init__(self, found: float) -> None:
        super().__init__(f"{found:.0f}")
        self.bits = found


class CannotBeMade(Exception):
    """Codes cannot be made for the pool: `message` is a sentence."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


POOLS = Approvable("coupon_pools", _("Coupon pools"), (Invalid, NoSuchPool, WeakCodes, CannotBeMade))


@operation(right=CONFIGURE_COUPONS, audit="coupon_pool.create", approvable=POOLS)
def create_pool(*, values: Mapping[str, Any], by: Sender, confirmed: bool = False) -> Deed[Pool]:
    """`values` as the program file has them. Raises Invalid naming the field; WeakCodes unless it is confirmed."""
    item = {**DEFAULTS, **values, "id": token_hex(12)}
    if not confirmed:
        _require_strong(item)
    refuse_unknown(item, {})
    _write(item, by)
    made = Pool.objects.get(slug=item["id"])
    return Deed(made, subject=_subject(made), after=dict(values))


def _require_strong(item: Mapping[str, Any]) -> None:
    """Of what is worth money; a code that is everybody's is no secret."""
    if item["source"] in PATTERNED and not is_generic(item["pattern"]) and not is_strong(item["pattern"]):
        raise WeakCodes(bits(item["pattern"]))


@operation(right=CONFIGURE_COUPONS, audit="coupon_pool.change", approvable=POOLS)
def change_pool(
    *,
    slug: str,
    values: Mapping[str, Any],
    by: Sender,
    method: UpdateMethod = UpdateMethod.NONE,
    matching: bool = False,
) -> Deed[Pool]:
    """Other values for the pool, and for the coupons that the method names; `matching`: of these, those that still have
    the pool's value of before. Raises NoSuchPool, Invalid naming the field."""
    pool = Pool.objects.filter(slug=slug).first()
    if pool is None:
        raise NoSuchPool(slug)
    before = read_pool(pool)
    refuse_unknown({**before, **values}, before)
    _write({**before, **values}, by)
    pool = Pool.objects.get(slug=slug)
    after = read_pool(pool)
    changed = [name for name in after if after[name] != before[name]]
    if not changed:
        return Nothing(pool)
    terms = {name: before[name] for name in TERMS}
    _pass_on(PoolChange(pool=pool, method=method, matching=matching, before=terms, created_at=by.at), after)
    was, now = ({name: item[name] for name in changed} for item in (before, after))
    return Deed(pool, subject=_subject(pool), before=was, after={**now, "update_method": method.value})


def _pass_on(change: PoolChange, after: Mapping[str, Any]) -> None:
    """To the first coupons that nobody holds at once, to the others by a task."""
    change.terms = {name: after[name] for name in TERMS if after[name] != change.before[name]}
    if change.terms and change.method != UpdateMethod.NONE:
        change.save()
        change_free_ones(change)
        wake(CHANGE)


@operation(right=CONFIGURE_COUPONS, audit="coupon_pool.upload", approvable=POOLS)
def upload_codes(*, slug: str, codes: Sequence[str], by: Sender) -> Deed[Refusals]:
    """What of the codes could not be added, and why. Raises NoSuchPool, CannotBeMade for too many or another source."""
    pool = Pool.objects.filter(slug=slug).first()
    if pool is None:
        raise NoSuchPool(slug)
    if pool.source != PoolSource.UPLOADED:
        raise CannotBeMade("The codes of this pool are not uploaded")
    if len(codes) > MAX_CODES:
        raise CannotBeMade(f"At most {MAX_CODES:,} codes at once")
    refused = add_codes(pool, codes, at=by.at)
    return Deed(refused, subject=_subject(pool), after={"codes": len(codes) - len(refused)})


@operation(right=CONFIGURE_COUPONS, audit="coupon_pool.generate", approvable=POOLS)
def generate_codes(*, slug: str, number: int, by: Sender) -> Deed[Generation]:
    """Codes are made in the background. Raises NoSuchPool, CannotBeMade."""
    pool = Pool.objects.filter(slug=slug).first()
    if pool is None:
        raise NoSuchPool(slug)
    if pool.source != PoolSource.BULK:
        raise CannotBeMade("The codes of this pool are not made beforehand")
    if not 1 <= number <= MAX_GENERATED:
        raise CannotBeMade(f"1 to {MAX_GENERATED:,} codes at once")
    if (number + Coupon.objects.filter(pool=pool).count()) * 2 > capacity(pool.pattern):
        raise CannotBeMade("The pattern has too few codes: at most half of them are used")
    made = Generation.objects.create(pool=pool, number=number, staff=by.user, created_at=by.at)
    wake(GENERATE)
    return Deed(made, subject=_subject(pool), after={"codes": number})


def _write(item: Mapping[str, Any], by: Sender) -> None:
    with program_change(by=by.user, at=by.at, origin=Origin.ADMIN) as change:
        change.write({"coupon_pools": [_plain(item)]})


def _plain(item: Mapping[str, Any]) -> dict[str, Any]:
    """As the file has it: amounts are texts."""
    return {name: f"{value:f}" if isinstance(value, Decimal) else value for name, value in item.items()}


def _subject(pool: Pool) -> str:
    return f"coupon_pool:{pool.slug}"
