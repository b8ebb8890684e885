"""What ten active bonuses with a limit in total cost the checkouts that they are not for."""

from collections.abc import Callable
from typing import Any

from loyalty.benchmark.scratch import Scratch, Server

from . import turns

GOAL = 0.97
BONUSES = 10
_MAKE = f"""
    INSERT INTO points_bonus (account_id, name, kind, multiplier, products, categories, channels, total_limit)
    SELECT id, 'Bonus ' || number, 'multiplier', 2, ARRAY['no-such-product-' || number], '{{}}', '{{}}', 1000000
    FROM points_account, generate_series(1, {BONUSES}) number WHERE is_default
"""


def measure(server: Server, size: turns.Size, say: Callable[[str], None]) -> dict[str, Any]:
    def add_bonuses(scratch: Scratch) -> None:
        with scratch.connect() as raw:
            raw.execute(_MAKE.encode())

    return turns.with_and_without(server, "limited", add_bonuses, GOAL, size, say)[0]
