"""A sentence read to a rule, by recursive descent over its tokens; and what may come next, for completion.

    rule      = "everyone" | all ("or" all)*
    all       = contrary ("and" contrary)*
    contrary  = "not" contrary | "(" rule ")" | condition
    condition = words of a fact, what it takes, a window, a comparison

Brackets keep their group. Each attempt says what it would have taken, so the place that was reached last knows what was expected.
"""

import contextlib
from collections.abc import Sequence
from typing import Any

from .conditions import Conditions
from .reading import MAX_DEPTH, read_rule
from .refusals import WrongRule
from .tokens import place_of, tokens_of
from .tree import Json, Rule
from .vocabulary import Vocabulary
from .words import EVERYONE

MAX_SUGGESTIONS = 12


def rule_of(sentence: str, vocabulary: Vocabulary) -> Rule:
    """Raises WrongRule, at the character that cannot be read or at the place in the rule that it makes."""
    return read_rule(_Parser(sentence, vocabulary).whole(), vocabulary)


def attributes_of(text: str, vocabulary: Vocabulary) -> list[Json]:
    """Conditions on attributes, as they stand after “where”. Raises WrongRule."""
    parser = _Parser(text, vocabulary)
    found = parser.attributes()
    if parser.at < len(parser.tokens):
        parser.fail()
    return found


def complete(sentence: str, vocabulary: Vocabulary) -> Sequence[str]:
    """What may come next: whole phrases, in the place of the word that has been begun."""
    begun = "" if not sentence or sentence[-1].isspace() else sentence.split()[-1]
    try:
        parser = _Parser(sentence[: len(sentence) - len(begun)], vocabulary)
    except WrongRule:
        return []
    with contextlib.suppress(WrongRule):
        parser.whole()
    expected = parser.expected if parser.furthest == len(parser.tokens) else {}
    fitting = [one for one in expected if one.lower().lstrip('"').startswith(begun.lower().lstrip('"'))]
    return fitting[:MAX_SUGGESTIONS]


class _Parser(Conditions):
    def __init__(self, sentence: str, vocabulary: Vocabulary) -> None:
        super().__init__(tokens_of(sentence), vocabulary)
        self.sentence, self.depth = sentence, 0

    def whole(self) -> Json:
        if self.take(EVERYONE):
            found: Json = {"all": []}
        else:
            found = self._rule()
        if self.at < len(self.tokens):
            self.fail()
        return found

    def _rule(self) -> Json:
        return self._joined("or", "any", self._all)

    def _all(self) -> Json:
        return self._joined("and", "all", self._contrary)

    def _joined(self, word: str, name: str, part: Any) -> Json:
        found = [part()]
        while self.take(word):
            found.append(part())
        return found[0] if len(found) == 1 else {name: found}

    def _contrary(self) -> Json:
        """“not in tier” is the contrary of a fact that has words for it."""
        contrary = self.phrase_here()
        if contrary is None and self.take("not"):
            return {"not": self._deeper(self._contrary)}
        if contrary is None and self.take("("):
            found = self._deeper(self._rule)
            if not self.take(")"):
                self.fail()
            return found
        return self.condition()

    def _deeper(self, read: Any) -> Json:
        self.depth += 1
        if self.depth > 2 * MAX_DEPTH:
            at = self.tokens[min(self.at, len(self.tokens) - 1)].at
            raise WrongRule(place_of(at), f"is nested too deeply: use at most {MAX_DEPTH} levels")
        found: Json = read()
        self.depth -= 1
        return found
