"""A rule as a sentence that people read, and that `parsing` reads back to the same rule."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from loyalty.facts.enums import Op, Span
from loyalty.facts.kinds import AttributeCondition, Choices, Fact, Option
from loyalty.facts.windows import Window

from .tree import All, Condition, Either, Not, Rule
from .vocabulary import Vocabulary
from .words import ATTRIBUTE_PHRASES, BETWEEN, EVERYONE, LAST, NEXT, PERIODS, PHRASES, SINCE, UNITS, UNTIL, said


def sentence_of(rule: Rule, vocabulary: Vocabulary) -> str:
    return _Printer(vocabulary).rule(rule)


class _Printer:
    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary

    def rule(self, rule: Rule) -> str:
        if isinstance(rule, Condition):
            return self._condition(rule, is_contrary=False)
        if isinstance(rule, Not):
            return self._not(rule.part)
        if not rule.parts:
            return EVERYONE
        return (" and " if isinstance(rule, All) else " or ").join(self._inner(part) for part in rule.parts)

    def _inner(self, rule: Rule) -> str:
        return f"({self.rule(rule)})" if isinstance(rule, All | Either) else self.rule(rule)

    def _not(self, part: Rule) -> str:
        if isinstance(part, Condition) and self.vocabulary.facts[part.fact].negated:
            return self._condition(part, is_contrary=True)
        return f"not {self._inner(part)}"

    def _condition(self, condition: Condition, *, is_contrary: bool) -> str:
        fact = self.vocabulary.facts[condition.fact]
        options = [self._option(one, condition.asked[one.name]) for one in fact.options if one.name in condition.asked]
        window = [window_sentence(condition.window)] if condition.window else []
        return " ".join(
            [fact.negated if is_contrary else fact.words, *options, *window, *self._comparison(fact, condition)]
        )

    def _option(self, option: Option, value: Any) -> str:
        text = attributes_sentence(value) if isinstance(value, tuple) else self._value(value, option.choices)
        return f"{option.lead} {text}" if option.lead else text

    def _comparison(self, fact: Fact, condition: Condition) -> list[str]:
        if condition.op is None:
            return []
        phrase = PHRASES[fact.kind][condition.op][0]
        if condition.value is None:
            return [phrase]
        if condition.op == Op.BETWEEN:
            return [phrase, " and ".join(number_sentence(one) for one in condition.value)]
        if condition.op in (Op.IN, Op.NOT_IN):
            return [phrase, ", ".join(self._value(one, fact.choices) for one in condition.value)]
        return [phrase, self._value(condition.value, fact.choices)]

    def _value(self, value: Any, choices: Choices | None) -> str:
        if isinstance(value, Window):
            return window_sentence(value)
        if isinstance(value, Decimal):
            return number_sentence(value)
        if isinstance(value, dt.date):
            return value.isoformat()
        return said(self.vocabulary.names(choices).name_of(value) if choices else value)


def number_sentence(number: Decimal) -> str:
    return f"{number.normalize():f}" if number else "0"


def window_sentence(window: Window) -> str:
    if window.span in (Span.LAST, Span.NEXT):
        plural, singular = UNITS[window.unit]
        lead = LAST if window.span == Span.LAST else NEXT
        return f"{lead} {window.number} {singular if window.number == 1 else plural}"
    if window.period:
        return PERIODS[window.period]
    if window.first and window.last:
        return f"{BETWEEN} {window.first} and {window.last}"
    return f"{SINCE} {window.first}" if window.first else f"{UNTIL} {window.last}"


def attributes_sentence(conditions: Sequence[AttributeCondition]) -> str:
    return ", ".join(_attribute(one) for one in conditions)


def _attribute(condition: AttributeCondition) -> str:
    phrase = ATTRIBUTE_PHRASES[condition.op][0]
    if condition.value is None:
        return f"{said(condition.attribute)} {phrase}"
    is_number = isinstance(condition.value, Decimal)
    value = number_sentence(condition.value) if is_number else said(condition.value)
    return f"{said(condition.attribute)} {phrase} {value}"
