"""Attributes that nearly have the name of one that means something: a slip of the pen would be recorded, and do nothing. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from customers.fields.rules import reserved_names
from loyalty.engine.actions import EFFECTIVE, Action
from loyalty.engine.batch import Batch
from loyalty.engine.rows import EventRow
from loyalty.engine.state import State
from loyalty.refusals import UNKNOWN_ATTRIBUTE, WrongField

APP = "attribute_names"
# Words of their own that look like a name.
OTHER_WORDS = frozenset({"county", "handle"})
SHORTEST, ALIKE = 6, 0.85
# Of the names in `Names`: whoever sends ever new ones fills no memory.
LONGEST_KEPT, MOST_KEPT = 64, 1_000


@dataclass(frozen=True)
class Names:
    """`by_action`: what each built-in action knows; `known`: all that anybody has defined, which is never a slip.

    `synonyms`: by its letters, another system's name of the same thing.
    """

    by_action: Mapping[str, frozenset[str]]
    known: frozenset[str]
    synonyms: Mapping[str, str] = field(default_factory=dict)
    # What was found of names that nobody has defined: the rows of a file have the same ones.
    _found: dict[tuple[str, str], str | None] = field(default_factory=dict, repr=False, compare=False)

    def meant(self, name: str, action: str) -> str | None:
        """The attribute of the action that was probably meant; None: the name is near to nothing."""
        key = (name, action)
        if key in self._found:
            return self._found[key]
        found = next(_meant(name, self.by_action.get(action, frozenset()), self.synonyms), None)
        if len(name) <= LONGEST_KEPT and len(self._found) < MOST_KEPT:
            self._found[key] = found
        return found


def names_of(
    event_types: Iterable[Mapping[str, Any]], fields: Iterable[Mapping[str, Any]], register: Mapping[str, Action]
) -> Names:
    """From the program's `event_types` and `customer_fields`, and the register of built-in actions."""
    attributes = [EFFECTIVE, *(one for action in register.values() for one in action.attributes)]
    known = reserved_names() | {item["id"] for item in fields} | {one.name for one in attributes}
    by_action = {}
    for item in event_types:
        # Versions from before there were definitions name their attributes only.
        own = {one if isinstance(one, str) else one["id"] for one in item["attributes"]}
        known |= own
        if item["built_in"]:
            row = register.get(item["action"])
            by_action[item["action"]] = frozenset(
                own | {one.name for one in (EFFECTIVE, *(row.attributes if row else ()))}
            )
    return Names(by_action, frozenset(known), {letters: one.name for one in attributes for letters in one.synonyms})


def refuse_near_misses(event: EventRow, state: State, batch: Batch) -> None:
    """Raises Refused naming the attribute that was probably meant; what is near to nothing is kept as it was sent."""
    names: Names = batch.program.config[APP]
    if event.depth or event.action not in names.by_action:
        return
    _check(event.data, event.action, "", names)
    items = event.data.get("items")
    for place, item in enumerate(items if isinstance(items, list) else ()):
        if isinstance(item, dict):
            _check(item, "checkout_item", f"items[{place}]", names)


def _check(data: Mapping[str, Any], action: str, of: str, names: Names) -> None:
    """`of`: the item's place in the order; empty for the event itself."""
    for name in data.keys() - names.known:
        if data[name] in (None, "", []):
            continue
        if meant := names.meant(name, action):
            raise WrongField(
                name[:64],
                f"is no attribute of {of or action}, where it would do nothing: did you mean '{meant}'? Call it so, or leave it"
                " out",
                UNKNOWN_ATTRIBUTE,
                field=f"{of}.{name}" if of else name,
            )


def _meant(name: str, known: frozenset[str], synonyms: Mapping[str, str]) -> Iterator[str]:
    """The name that it is but for capitals and signs, that others give the thing, or that it is but for a slip."""
    letters = _letters(name)
    yield from (one for one in sorted(known) if _letters(one) == letters)
    if synonyms.get(letters) in known:
        yield synonyms[letters]
    if len(letters) >= SHORTEST and letters not in OTHER_WORDS:
        yield from (one for one in sorted(known) if _slip(letters, _letters(one)))


def _letters(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def _slip(sent: str, known: str) -> bool:
    """A letter more, less or another one, or two that changed places; one and several are no slip."""
    if len(known) < SHORTEST or abs(len(sent) - len(known)) > 1 or sent.rstrip("s") == known.rstrip("s"):
        return False
    return sent[0] == known[0] and SequenceMatcher(None, sent, known).ratio() >= ALIKE
