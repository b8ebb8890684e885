"""Many requests of one key at once."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from loyalty.api.access.limits import counter, counter_name
from loyalty.api.keys.models import ApiKey


def start_window(key: ApiKey) -> None:
    """As if a minute had gone by."""
    counter().script.registered_client.delete(counter_name(key))


def all_at_once(count: int, send: Callable[[int], int]) -> Counter[int]:
    """What so many calls answered that began together."""
    barrier = Barrier(count)

    def run(number: int) -> int:
        barrier.wait(60)
        return send(number)

    with ThreadPoolExecutor(count) as pool:
        return Counter(pool.map(run, range(count)))
