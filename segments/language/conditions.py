"""One condition of a sentence: the words of a fact, what it takes, a window, a comparison. Makes what JSON would say."""

from collections.abc import Mapping, Sequence
from typing import Any

from loyalty.calendar import Unit
from loyalty.facts.enums import BARE, SPANS, Kind, Op, Span
from loyalty.facts.kinds import Choices, Fact, Option

from .cursor import Cursor
from .reading import WHERE_OPS
from .tokens import Token
from .tree import Json
from .vocabulary import Phrase, Vocabulary
from .words import ATTRIBUTE_PHRASES, BETWEEN, LAST, NEXT, PERIODS, PHRASES, SINCE, UNITS, UNTIL, said

_ALL_SPANS = tuple(Span)


class Conditions(Cursor):
    def __init__(self, tokens: Sequence[Token], vocabulary: Vocabulary) -> None:
        super().__init__(tokens)
        self.vocabulary = vocabulary

    def phrase_here(self) -> Phrase | None:
        here = tuple(token.word for token in self.tokens[self.at : self.at + 12])
        return next((one for one in self.vocabulary.phrases if here[: len(one.words)] == one.words), None)

    def condition(self) -> Json:
        phrase = self.phrase_here()
        if phrase is None:
            for fact in self.vocabulary.facts.values():
                self.take(fact.words)
                if fact.negated:
                    self.take(fact.negated)
            self.fail()
        self.at += len(phrase.words)
        found = self._asked(phrase.fact)
        return {"not": found} if phrase.is_contrary else found

    def _asked(self, fact: Fact) -> Json:
        found: Json = {"fact": fact.name}
        if options := self._options(fact):
            found["options"] = options
        if (spans := SPANS[fact.reach]) and (window := self.window(spans)):
            found["window"] = window
        if fact.kind != Kind.YES:
            found |= self._comparison(fact)
        return found

    def _options(self, fact: Fact) -> Json:
        found: Json = {}
        for option in fact.options:
            if option.lead and not self.take(option.lead):
                if option.required:
                    self.fail()
                continue
            found[option.name] = self._option(option)
        return found

    def _option(self, option: Option) -> Any:
        if option.kind is None:
            return self.attributes()
        if option.kind == Kind.NUMBER:
            return self.number()
        return self._known(option.choices)

    def _known(self, choices: Choices | None) -> str:
        if choices is None:
            return self.text()
        names = self.vocabulary.names(choices)
        text = self.text(*(said(names.name_of(id)) for id, _ in names.choices))
        return names.id_of(text) or text

    def attributes(self) -> list[Json]:
        found = [self._attribute()]
        while self.take(","):
            found.append(self._attribute())
        return found

    def _attribute(self) -> Json:
        found: Json = {"attribute": self.text()}
        op = self._op({op: ATTRIBUTE_PHRASES[op] for op in WHERE_OPS})
        found["op"] = op.value
        if op not in BARE:
            found["value"] = self.number() if self.is_number() else self.text()
        return found

    def _op(self, phrases: Mapping[Op, Sequence[str]]) -> Op:
        """The longest that stands here."""
        ops = {phrase: op for op, several in phrases.items() for phrase in several}
        found = self.take_longest(list(ops))
        if found is None:
            self.fail()
        return ops[found]

    def _comparison(self, fact: Fact) -> Json:
        op = self._op(PHRASES[fact.kind])
        if op in BARE:
            return {"op": op.value}
        return {"op": op.value, "value": self._value(fact, op)}

    def _value(self, fact: Fact, op: Op) -> Any:
        if fact.kind == Kind.NUMBER:
            return self._two_numbers() if op == Op.BETWEEN else self.number()
        if fact.kind == Kind.DATE:
            return self._days() if op == Op.WITHIN else self.day()
        if op not in (Op.IN, Op.NOT_IN):
            return self._known(fact.choices)
        found = [self._known(fact.choices)]
        while self.take(","):
            found.append(self._known(fact.choices))
        return found

    def _two_numbers(self) -> list[Any]:
        first = self.number()
        if not self.take("and"):
            self.fail()
        return [first, self.number()]

    def _days(self) -> Json:
        found = self.window(_ALL_SPANS)
        if found is None:
            self.fail()
        return found

    def window(self, spans: Sequence[Span]) -> Json | None:
        for span, lead in ((Span.LAST, LAST), (Span.NEXT, NEXT)):
            if span in spans and self.take(lead):
                return self._moving(span)
        for span, lead in ((Span.SINCE, SINCE), (Span.UNTIL, UNTIL)):
            if span in spans and self.take(lead):
                return {span.value: self.day()}
        # “between” is of a number, if one follows.
        if Span.BETWEEN in spans and not self._is_of_numbers() and self.take(BETWEEN):
            return {Span.BETWEEN.value: self._two_days()}
        if Span.PERIOD in spans:
            return self._period()
        return None

    def _is_of_numbers(self) -> bool:
        after = self.tokens[self.at + 1 : self.at + 2]
        return bool(after) and "-" not in after[0].text[1:]

    def _two_days(self) -> list[str]:
        first = self.day()
        if not self.take("and"):
            self.fail()
        return [first, self.day()]

    def _moving(self, span: Span) -> Json:
        number = self.number()
        for unit, words in UNITS.items():
            if self.take_longest(words):
                return {span.value: number} if unit == Unit.DAYS else {span.value: number, "unit": unit.value}
        self.fail()
        return None

    def _period(self) -> Json | None:
        names = {words: period for period, words in PERIODS.items()}
        found = self.take_longest(list(names))
        return {Span.PERIOD.value: names[found].value} if found else None
