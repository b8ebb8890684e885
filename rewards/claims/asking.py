"""Claims of rewards whose codes another system gives: it is asked before the claim's transaction, if the claim can be."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection
from django.utils import timezone

from coupons.stock.asking import Claimant, codes_at_hand
from customers.models import Customer
from loyalty.engine.status import Status
from rewards.catalogue.models import Reward

from .queries import claimability_of
from .rules import Asked

_ASKS = """
    SELECT EXISTS (SELECT FROM coupons_pool p JOIN rewards_reward r ON p.slug = ANY(r.pools)
        WHERE r.slug = %s AND p.source = 'remote')
"""


def asks_others(reward: str) -> bool:
    """Whether another system gives codes of the reward with this ID, which comes as an address has it. Where none is named
    that may be asked, nothing is read."""
    if not settings.CODE_HOSTS or "\0" in reward:
        return False
    with connection.cursor() as cursor:
        cursor.execute(_ASKS, [reward])
        return bool(cursor.fetchone()[0])


@contextmanager
def codes_for(customer: Customer, reward: Reward, asked: Asked, key: str) -> Iterator[None]:
    """Around a claim. `key` is the same where the same claim is sent again."""

    def is_possible() -> bool:
        is_active = customer.status == Status.ACTIVE
        return is_active and not claimability_of(customer, timezone.now()).reasons(reward, asked)

    pools = dict.fromkeys(reward.pools, asked.count)
    with codes_at_hand(pools, Claimant(customer.public_id, reward.slug, key), is_possible):
        yield
