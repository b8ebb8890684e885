"""What uses a segment, so that it cannot be archived: other segments, and what rooms above say by contribution."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from loyalty.contributions import contributed


@dataclass(frozen=True)
class Binding:
    """Of a segment's ID the names of what uses it: rewards, campaigns, other segments."""

    uses: Callable[[str], Sequence[str]]


def bound_to(slug: str) -> Sequence[str]:
    return [name for binding in contributed(Binding) for name in binding.uses(slug)]
