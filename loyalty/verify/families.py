"""Whose history is not in their own stream alone, for verifying: docs/customers.md "Merge" and "Erasure"."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from django.db.backends.utils import CursorWrapper

_LEFT = "SELECT id FROM customers_customer WHERE status IN ('opted_out', 'banned')"


@dataclass(frozen=True)
class Families:
    """`into`: by merged-away profile, the one it was merged into at the time. `left`: who has left and was erased."""

    into: Mapping[int, int] = field(default_factory=dict)
    left: frozenset[int] = frozenset()

    def line(self, profile: int) -> Iterator[int]:
        """The profile, and those that it came to belong to, the last one being alive."""
        passed = set[int]()
        while profile not in passed:
            yield profile
            passed.add(profile)
            profile = self.into.get(profile, profile)

    @cached_property
    def survivors(self) -> Mapping[int, int]:
        """By merged-away profile."""
        return {source: [*self.line(source)][-1] for source in self.into}

    @cached_property
    def customers(self) -> frozenset[int]:
        """Who was merged away, and who survived it."""
        return frozenset({*self.into, *self.into.values()})

    @cached_property
    def profiles(self) -> Mapping[int, Sequence[int]]:
        """By customer, merged away or not: the profile itself and all that had come to belong to it."""
        found = defaultdict[int, list[int]](list)
        for profile in sorted(self.customers):
            for owner in self.line(profile):
                found[owner].append(profile)
        return found

    @cached_property
    def erased(self) -> frozenset[int]:
        """Those who left, with the profiles that were merged into them."""
        return self.left | {source for source, survivor in self.survivors.items() if survivor in self.left}


def read_families(cursor: CursorWrapper) -> Families:
    cursor.execute('SELECT source_id, "into" FROM customers_merge')
    into = dict(cursor.fetchall())
    cursor.execute(_LEFT)
    return Families(into, frozenset(id for (id,) in cursor.fetchall()))
