"""What tests that list all of something know of each room: its own test folder says it, in a file `listed.py`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

TESTS = Path(__file__).resolve().parent
Corruptions = Mapping[str, tuple[str, dict[str, list[str]]]]


@dataclass(frozen=True)
class Listed:
    """Of one room. What it has none of it leaves out."""

    # Who may open its pages that take no right themselves, by the page's name: a word of `tests.test_permissions`.
    pages: Mapping[str, Any] = field(default_factory=dict)
    # Its routes of the API: which one they are of, and their methods.
    routes: Mapping[str, tuple[Any, str]] = field(default_factory=dict)
    # The labels of its tables of configuration, and of those that customers own.
    reference: frozenset[str] = frozenset()
    owned: frozenset[str] = frozenset()
    # Constraint → what it must refuse, as in `tests/engine/test_constraints.py`.
    attempts: Mapping[str, str] = field(default_factory=dict)
    # Table that its section of the program file reads → a change of it.
    versions: Mapping[str, str] = field(default_factory=dict)
    # What addresses of its pages may name, of what `live` makes, by the argument and what the address begins with:
    # {"slug:coupons": ["welcome"]}.
    samples: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    # Puts a row of these two customers, by number, into each table with something personal.
    live: Callable[[int, int], object] | None = None
    # Each declared operation by its name in the trail, done once by the sender.
    deeds: Mapping[str, Callable[[Any], object]] = field(default_factory=dict)
    # Those of them that concern a customer, each done to that one: nobody acts on the member with their own address.
    own_member: Mapping[str, Callable[[Any, Any], object]] = field(default_factory=dict)
    # What `manage.py verify` must find, as in `tests/verify/corrupting.py`; and what must be so before histories are made.
    corruptions: Corruptions = field(default_factory=dict)
    before_histories: Callable[[], object] | None = None


@cache
def listed() -> Sequence[Listed]:
    """Of all rooms that have such a file."""
    found = sorted(TESTS.glob("*/listed.py"))
    return [import_module(f"tests.{path.parent.name}.listed").LISTED for path in found]


def all_of(name: str) -> dict[str, Any]:
    """What all of them say under the name. Raises ValueError where two say something of the same."""
    found: dict[str, Any] = {}
    for room in listed():
        said: Mapping[str, Any] = getattr(room, name)
        if twice := sorted(found.keys() & said.keys()):
            raise ValueError(f"Two rooms list {twice[0]}")
        found |= said
    return found
