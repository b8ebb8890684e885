"""The facts that rules can ask for, as the rooms offer them and the brand has configured them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from loyalty.engine.actions import Text
from loyalty.facts.kinds import Choices, Fact, known_facts

# Of the fact by which a rule asks for another segment's members, and what it takes.
SEGMENT, SEGMENT_OPTION = "segments.member", "segment"


@dataclass(frozen=True)
class Phrase:
    """Words that begin a condition; `is_contrary` of the negated ones."""

    words: tuple[str, ...]
    fact: Fact
    is_contrary: bool = False


class Vocabulary:
    """Choices are read when somebody asks for them, once."""

    def __init__(self, groups: Sequence[tuple[Text, Sequence[Fact]]]) -> None:
        self.groups = groups
        self.facts: Mapping[str, Fact] = {fact.name: fact for _, facts in groups for fact in facts}
        self._names: dict[Choices, Names] = {}

    @cached_property
    def phrases(self) -> Sequence[Phrase]:
        """The longest first."""
        found = [phrase for fact in self.facts.values() for phrase in _phrases(fact)]
        return sorted(found, key=lambda phrase: -len(phrase.words))

    def names(self, choices: Choices) -> "Names":
        found = self._names.get(choices)
        if found is None:
            found = self._names[choices] = Names(choices())
        return found


def _phrases(fact: Fact) -> Sequence[Phrase]:
    said = [(fact.words, False), *((words, False) for words in fact.also), (fact.negated, True)]
    return [Phrase(tuple(words.lower().split()), fact, contrary) for words, contrary in said if words]


class Names:
    """Choices by what people call them: the ID as it is, a name that no other has, either in any case."""

    def __init__(self, choices: Sequence[tuple[str, str]]) -> None:
        self.choices = choices
        self.ids = frozenset(id for id, _ in choices)
        self._named = _unique((str(name), id) for id, name in choices)
        self._folded = _unique((text.casefold(), id) for id, name in choices for text in {id, str(name)})

    def id_of(self, text: str) -> str | None:
        if text in self.ids:
            return text
        return self._named.get(text) or self._folded.get(text.casefold())

    def name_of(self, id: str) -> str:
        """The name if it is read back as this ID, else the ID."""
        name = next((str(name) for one, name in self.choices if one == id), id)
        return name if name and self.id_of(name) == id else id


def _unique(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Without the texts that mean several."""
    found: dict[str, str] = {}
    twice = set[str]()
    for text, id in pairs:
        if found.setdefault(text, id) != id:
            twice.add(text)
    return {text: id for text, id in found.items() if text not in twice}


def read_vocabulary() -> Vocabulary:
    return Vocabulary(known_facts())
