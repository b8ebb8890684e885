"""A rule as a tree: AND, OR and NOT over conditions, each about one fact. Pure."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeAlias

from loyalty.calendar import Unit
from loyalty.facts.enums import Op, Span
from loyalty.facts.kinds import AttributeCondition
from loyalty.facts.windows import Window

Json = dict[str, Any]


@dataclass(frozen=True)
class All:
    """Every part holds; without parts, of everyone."""

    parts: "tuple[Rule, ...]" = ()


@dataclass(frozen=True)
class Either:
    """At least one part holds."""

    parts: "tuple[Rule, ...]"


@dataclass(frozen=True)
class Not:
    part: "Rule"


@dataclass(frozen=True)
class Condition:
    """`fact` by name. `value` is a number, a day, a text, a `Window`, a tuple of several, or None."""

    fact: str
    options: tuple[tuple[str, Any], ...] = ()
    window: Window | None = None
    op: Op | None = None
    value: Any = None

    @cached_property
    def asked(self) -> Mapping[str, Any]:
        return dict(self.options)


Rule: TypeAlias = All | Either | Not | Condition
EVERYONE = All()


def conditions(rule: Rule) -> Iterator[Condition]:
    """From the left."""
    if isinstance(rule, Condition):
        yield rule
    elif isinstance(rule, Not):
        yield from conditions(rule.part)
    else:
        for part in rule.parts:
            yield from conditions(part)


def to_json(rule: Rule) -> Json:
    """The one way of writing it."""
    if isinstance(rule, All):
        return {"all": [to_json(part) for part in rule.parts]}
    if isinstance(rule, Either):
        return {"any": [to_json(part) for part in rule.parts]}
    if isinstance(rule, Not):
        return {"not": to_json(rule.part)}
    return _condition(rule)


def _condition(rule: Condition) -> Json:
    found: Json = {"fact": rule.fact}
    if rule.options:
        found["options"] = {name: _option(value) for name, value in rule.options}
    if rule.window:
        found["window"] = window_json(rule.window)
    if rule.op:
        found["op"] = rule.op.value
    if rule.value is not None:
        found["value"] = value_json(rule.value)
    return found


def _option(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_attribute(one) for one in value]
    return value_json(value)


def _attribute(condition: AttributeCondition) -> Json:
    found: Json = {"attribute": condition.attribute, "op": condition.op.value}
    return found if condition.value is None else {**found, "value": value_json(condition.value)}


def value_json(value: Any) -> Any:
    if isinstance(value, tuple):
        return [value_json(one) for one in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    return window_json(value) if isinstance(value, Window) else value


def window_json(window: Window) -> Json:
    if window.span in (Span.LAST, Span.NEXT):
        unit = {} if window.unit == Unit.DAYS else {"unit": window.unit.value}
        return {window.span.value: window.number, **unit}
    if window.period:
        return {"period": window.period.value}
    days = [day.isoformat() for day in (window.first, window.last) if day]
    return {window.span.value: days if window.span == Span.BETWEEN else days[0]}
