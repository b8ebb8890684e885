"""Codes that another system gives at each claim: they are in the pool before the claim begins, which holds no lock while
somebody else is waited for.

A code that came for a claim that is refused stays in the pool, and the next claim takes it. How many claims are on their
way is counted in the cache, so that two do not rely on one code; without the cache one may find no code.
"""

import hashlib
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from uuid import uuid4

from django.core.cache import cache
from django.db import connection, transaction
from django.utils import timezone
from redis.exceptions import RedisError

from coupons.enums import CouponStatus, PoolSource, Sharing
from coupons.models import Coupon, Pool

from .adding import TAKEN, add_codes
from .remote import SECONDS, NoCode, fetch_code

logger = logging.getLogger(__name__)
# A process that dies in a claim leaves its count for so long.
COUNTED_SECONDS = 30


@dataclass(frozen=True)
class Claimant:
    """Who gets the code, by what. `key` is the same where the same claim is sent again; by it the other system can tell."""

    customer: str
    reward: str | None = None
    key: str = ""


def always() -> bool:
    return True


@contextmanager
def codes_at_hand(
    pools: Mapping[str, int], claimant: Claimant, is_possible: Callable[[], bool] = always
) -> Iterator[None]:
    """Around a claim of so many codes of each pool, outside of its transaction. Of pools whose codes another system gives,
    what is missing is asked for, unless the claim is not possible anyway. What cannot be had is left to the claim: it finds
    no code. RuntimeError inside of a transaction."""
    remote = list(Pool.objects.filter(slug__in=pools, source=PoolSource.REMOTE).order_by("id")) if pools else []
    if not remote or not is_possible():
        yield
        return
    key, until = claimant.key or uuid4().hex, time.monotonic() + SECONDS
    asking = replace(claimant, key=key)
    with ExitStack() as counts:
        for pool in remote:
            wanted = 0 if _has_own(pool, claimant) else pools[pool.slug]
            if not _fill(pool, counts.enter_context(_counted(pool, wanted)), wanted, asking, until):
                # Of a bundle all pools give a code, or none does.
                break
        yield


def _has_own(pool: Pool, claimant: Claimant) -> bool:
    """Whoever always gets the same code needs no other one."""
    held = Coupon.objects.filter(pool=pool, sharing=Sharing.AGGREGATED, customer__public_id=claimant.customer)
    return pool.aggregated and held.exclude(status=CouponStatus.TRANSFERRED).exists()


@contextmanager
def _counted(pool: Pool, number: int) -> Iterator[int]:
    """How many codes all claims want that are on their way."""
    name = f"coupon-claims:{connection.settings_dict['NAME']}:{pool.pk}"
    try:
        cache.add(name, 0, COUNTED_SECONDS)
        expected = cache.incr(name, number)
        cache.touch(name, COUNTED_SECONDS)
    except (RedisError, ValueError):
        yield number
        return
    try:
        yield expected
    finally:
        try:
            cache.decr(name, number)
        except (RedisError, ValueError):
            logger.warning("Coupon pool %s: a claim stays counted for some seconds", pool.slug)


def _fill(pool: Pool, expected: int, wanted: int, claimant: Claimant, until: float) -> bool:
    """So many codes as are missing, and no more than the claim wants itself; whether they came. The first code that a claim
    wants has the same key each time, and so have the others."""
    missing = min(wanted, expected - _free(pool, expected))
    for place in range(wanted - missing, wanted):
        asked = {"pool": pool.slug, "customer": claimant.customer, "reward": claimant.reward}
        key, seconds = _key(pool, claimant, place), until - time.monotonic()
        try:
            _add(pool, fetch_code(pool, {**asked, "idempotency_key": key}, seconds))
        except NoCode as error:
            logger.warning("Coupon pool %s: no code came of its system: %s", pool.slug, error)
            return False
    return True


def _free(pool: Pool, most: int) -> int:
    with transaction.atomic(durable=True):
        return len(Coupon.objects.filter(pool=pool, status=CouponStatus.UNASSIGNED).values_list("pk")[:most])


def _add(pool: Pool, code: str) -> None:
    with transaction.atomic(durable=True):
        refused = add_codes(pool, [code], at=timezone.now())
    for why in refused.values():
        raise NoCode(f"the code {why}" if why == TAKEN else "the answer holds no code of 1 to 64 visible characters")


def _key(pool: Pool, claimant: Claimant, place: int) -> str:
    """Of this code of this claim. Nothing of what the client has sent can be read from it."""
    said = f"{pool.slug}\0{claimant.customer}\0{claimant.reward}\0{claimant.key}\0{place}"
    return hashlib.sha256(said.encode()).hexdigest()[:32]
