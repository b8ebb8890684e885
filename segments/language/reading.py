"""A rule read from JSON: known facts, operators of their kind, values of their type; bounded in depth, number and size."""

from collections.abc import Mapping, Sequence
from typing import Any

from loyalty.facts.enums import BARE, OPS, SPANS, Kind, Op, Reach
from loyalty.facts.kinds import AttributeCondition, Fact, Option

from .refusals import WrongRule
from .tree import All, Condition, Either, Not, Rule
from .values import NUMBERS, TEXT, read_text, read_value, read_window
from .vocabulary import Vocabulary

MAX_DEPTH, MAX_CONDITIONS, MAX_PARTS, MAX_WHERE = 8, 100, 50, 5
_GROUPS = ("all", "any", "not")
_OF_CONDITION = frozenset({"fact", "options", "window", "op", "value"})
# Of an attribute: a list would end where the next condition begins.
WHERE_OPS = (Op.IS, Op.IS_NOT, Op.CONTAINS, Op.STARTS, Op.ENDS, Op.AT_LEAST, Op.AT_MOST, Op.MORE, Op.LESS, Op.EMPTY,
             Op.NOT_EMPTY)  # fmt: skip


def read_rule(data: Any, vocabulary: Vocabulary, *, is_stored: bool = False) -> Rule:
    """Raises WrongRule. A stored one may name what is not there any more: nobody has it."""
    return _Reader(vocabulary, is_stored=is_stored).rule(data, "rule", 1)


class _Reader:
    def __init__(self, vocabulary: Vocabulary, *, is_stored: bool) -> None:
        self.vocabulary, self.is_stored, self.number = vocabulary, is_stored, 0

    def rule(self, data: Any, place: str, depth: int) -> Rule:
        if depth > MAX_DEPTH:
            raise WrongRule(place, f"is nested too deeply: use at most {MAX_DEPTH} levels")
        if not isinstance(data, Mapping):
            raise WrongRule(place, "must be an object with “all”, “any”, “not” or “fact”")
        for name in _GROUPS:
            if name in data:
                return self._group(name, data, place, depth)
        return self._condition(data, place)

    def _group(self, name: str, data: Mapping[str, Any], place: str, depth: int) -> Rule:
        _only(data, {name}, place)
        inner = f"{place}.{name}"
        if name == "not":
            return Not(self.rule(data["not"], inner, depth + 1))
        parts = self._parts(data[name], inner, depth)
        if len(parts) == 1:
            return parts[0]
        if name == "any" and not parts:
            raise WrongRule(inner, "must have at least one part")
        if not parts and depth > 1:
            raise WrongRule(inner, "must have at least one part: only a whole rule may be of everyone")
        return All(parts) if name == "all" else Either(parts)

    def _parts(self, data: Any, place: str, depth: int) -> tuple[Rule, ...]:
        if not isinstance(data, list) or len(data) > MAX_PARTS:
            raise WrongRule(place, f"must be a list of at most {MAX_PARTS} parts")
        return tuple(self.rule(one, f"{place}[{at}]", depth + 1) for at, one in enumerate(data))

    def _condition(self, data: Mapping[str, Any], place: str) -> Condition:
        self.number += 1
        if self.number > MAX_CONDITIONS:
            raise WrongRule(
                place, f"is one condition too many: use at most {MAX_CONDITIONS}, or parts of it as segments"
            )
        _only(data, _OF_CONDITION, place)
        name = data.get("fact")
        fact = self.vocabulary.facts.get(name) if isinstance(name, str) else None
        if fact is None:
            raise WrongRule(f"{place}.fact", f"“{str(name)[:64]}” is no known fact")
        options = self._options(fact, data.get("options", {}), f"{place}.options")
        window = self._window(fact, data.get("window"), f"{place}.window")
        op, value = self._comparison(fact, data, place)
        return Condition(fact.name, options, window, op, value)

    def _window(self, fact: Fact, data: Any, place: str) -> Any:
        if data is None:
            if fact.reach == Reach.FUTURE:
                raise WrongRule(place, "is missing: say in which days")
            return None
        if fact.reach == Reach.NONE:
            raise WrongRule(place, f"“{fact.words}” is not asked for in a window: leave it out")
        return read_window(data, SPANS[fact.reach], place)

    def _comparison(self, fact: Fact, data: Mapping[str, Any], place: str) -> tuple[Op | None, Any]:
        allowed = OPS[fact.kind]
        if not allowed:
            if data.keys() & {"op", "value"}:
                raise WrongRule(f"{place}.op", f"“{fact.words}” is true or not: leave out the comparison")
            return None, None
        op = _op(data.get("op"), allowed, place)
        if op in BARE:
            if data.get("value") is not None:
                raise WrongRule(f"{place}.value", "must be left out: there is nothing to compare with")
            return op, None
        known = self.vocabulary.names(fact.choices) if fact.choices and not self.is_stored else None
        return op, read_value(fact.kind, op, data.get("value"), f"{place}.value", known.ids if known else None)

    def _options(self, fact: Fact, data: Any, place: str) -> tuple[tuple[str, Any], ...]:
        if not isinstance(data, Mapping):
            raise WrongRule(place, "must be an object")
        _only(data, {option.name for option in fact.options}, place)
        found = []
        for option in fact.options:
            inner = f"{place}.{option.name}"
            if data.get(option.name) in (None, "", []):
                if option.required:
                    raise WrongRule(inner, "is missing")
                continue
            found.append((option.name, self._option(option, data[option.name], inner)))
        return tuple(found)

    def _option(self, option: Option, data: Any, place: str) -> Any:
        if option.kind is None:
            return read_where(data, place)
        if option.kind == Kind.NUMBER:
            return read_value(Kind.NUMBER, Op.AT_LEAST, data, place, None, least=1)
        text = read_text(data, place)
        if option.choices and not self.is_stored and text not in self.vocabulary.names(option.choices).ids:
            raise WrongRule(place, f"“{text[:64]}” is none of the known ones")
        return text


def _op(data: Any, allowed: Sequence[Op], place: str) -> Op:
    if not isinstance(data, str) or data not in {op.value for op in allowed}:
        raise WrongRule(f"{place}.op", f"must be one of {', '.join(op.value for op in allowed)}")
    return Op(data)


def read_where(data: Any, place: str) -> tuple[AttributeCondition, ...]:
    if not isinstance(data, list) or len(data) > MAX_WHERE:
        raise WrongRule(place, f"must be a list of at most {MAX_WHERE} conditions on attributes")
    return tuple(_attribute(one, f"{place}[{at}]") for at, one in enumerate(data))


def _attribute(data: Any, place: str) -> AttributeCondition:
    if not isinstance(data, Mapping):
        raise WrongRule(place, "must be an object with “attribute”, “op” and “value”")
    _only(data, {"attribute", "op", "value"}, place)
    attribute = read_text(data.get("attribute"), f"{place}.attribute", most=64)
    op = _op(data.get("op"), WHERE_OPS, place)
    value, inner = data.get("value"), f"{place}.value"
    if op in BARE:
        if value is not None:
            raise WrongRule(inner, "must be left out: there is nothing to compare with")
        return AttributeCondition(attribute, op)
    is_number = op not in TEXT or (op in NUMBERS and not isinstance(value, str))
    return AttributeCondition(
        attribute, op, read_value(Kind.NUMBER if is_number else Kind.TEXT, op, value, inner, None)
    )


def _only(data: Mapping[str, Any], names: "frozenset[str] | set[str]", place: str) -> None:
    unknown = sorted(str(name) for name in data.keys() - names)
    if unknown:
        raise WrongRule(f"{place}.{unknown[0][:64]}", "is nothing that a rule has: leave it out")
