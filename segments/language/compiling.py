"""A rule compiled to one statement that selects its customers. Values are bound, never written into it.

A condition on the customer's own row stays an expression; any other becomes a set of customers, and the rule says who is in
which. Where having no rows satisfies a condition, the set is of those who do not satisfy it, and the rule says who is not in it.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from loyalty.engine.status import DEPARTED
from loyalty.facts.comparing import compared, holds
from loyalty.facts.kinds import Source
from loyalty.facts.windows import Days

from .tree import All, Condition, Either, Rule
from .vocabulary import Vocabulary

Params = dict[str, Any]


@dataclass(frozen=True)
class Statement:
    """`sql` selects the customers' ids, in no order."""

    sql: str
    params: Params


@dataclass
class _Writing:
    """`only`: of these customers; None: of all."""

    today: dt.date
    zone: ZoneInfo
    only: Sequence[int] | None = None
    params: Params = field(default_factory=dict)
    _bound: dict[Any, str] = field(default_factory=dict)

    def bind(self, value: Any) -> str:
        """A value that was bound before keeps its place: an expression that stands twice is the same."""
        key = (type(value), repr(value))
        if key not in self._bound:
            name = f"p{len(self.params)}"
            self.params[name] = value
            self._bound[key] = f"%({name})s"
        return self._bound[key]


@dataclass(frozen=True)
class Asked:
    """What one condition asks its fact for: see `loyalty.facts.kinds.Ask`."""

    writing: _Writing
    options: Mapping[str, Any]
    days: Days

    @property
    def today(self) -> dt.date:
        return self.writing.today

    @property
    def zone(self) -> ZoneInfo:
        return self.writing.zone

    def bind(self, value: Any) -> str:
        return self.writing.bind(value)

    def of(self, column: str) -> str:
        if self.writing.only is None:
            return "TRUE"
        return f"{column} = ANY({self._ids()})"

    def of_family(self, column: str) -> str:
        if self.writing.only is None:
            return "TRUE"
        merged = f"SELECT source_id FROM customers_merge WHERE survivor_id = ANY({self._ids()})"
        return f"{column} IN (SELECT unnest({self._ids()}) UNION ALL {merged})"

    def _ids(self) -> str:
        return f"{self.bind(list(self.writing.only or ()))}::bigint[]"

    def between(self, column: str) -> Sequence[str]:
        begin, end = self.days.begin(self.zone), self.days.end(self.zone)
        return [
            *([f"{column} >= {self.bind(begin)}"] if begin else []),
            *([f"{column} < {self.bind(end)}"] if end else []),
        ]


def compile_rule(
    rule: Rule, vocabulary: Vocabulary, *, today: dt.date, zone: ZoneInfo, only: Sequence[int] | None = None
) -> Statement:
    """Of everyone who has not departed, or of those `only`."""
    writing = _Writing(today, zone, only)
    where = _Compiler(vocabulary, writing).rule(rule, is_required=True)
    ids = "" if only is None else f" AND c.id = ANY({writing.bind(list(only))}::bigint[])"
    gone = ", ".join(writing.bind(status) for status in sorted(DEPARTED))
    return Statement(
        f"SELECT c.id FROM customers_customer c WHERE c.status NOT IN ({gone}){ids} AND {where}", writing.params
    )


class _Compiler:
    def __init__(self, vocabulary: Vocabulary, writing: _Writing) -> None:
        self.vocabulary, self.writing = vocabulary, writing

    def rule(self, rule: Rule, *, is_required: bool) -> str:
        """`is_required`: nobody is selected without it, so that a set may be joined."""
        if isinstance(rule, All):
            parts = [self.rule(part, is_required=is_required) for part in rule.parts]
            return f"({' AND '.join(parts)})" if parts else "TRUE"
        if isinstance(rule, Either):
            return f"({' OR '.join(self.rule(part, is_required=False) for part in rule.parts)})"
        if isinstance(rule, Condition):
            return self._condition(rule, holds=True, is_required=is_required)
        if isinstance(rule.part, Condition):
            return self._condition(rule.part, holds=False, is_required=is_required)
        return f"({self.rule(rule.part, is_required=False)}) IS NOT TRUE"

    def _condition(self, condition: Condition, *, holds: bool, is_required: bool) -> str:
        fact = self.vocabulary.facts[condition.fact]
        days = condition.window.days(self.writing.today) if condition.window else Days()
        source = fact.source(Asked(self.writing, condition.asked, days))
        compare = self._compared(condition, source)
        if not source.tables:
            return f"({compare})" if holds else f"({compare}) IS NOT TRUE"
        if not self._holds_of_nobody(condition, source):
            return _member(_set(source, compare), is_in=holds, is_required=is_required)
        return _member(_set(source, f"({compare}) IS NOT TRUE"), is_in=not holds, is_required=is_required)

    def _compared(self, condition: Condition, source: Source) -> str:
        kind, op = self.vocabulary.facts[condition.fact].kind, condition.op
        if op is None:
            return source.value
        return compared(kind, op, source.value, condition.value, self.writing.bind, self.writing.today)

    def _holds_of_nobody(self, condition: Condition, source: Source) -> bool:
        """Whether who has no row satisfies it."""
        return holds(self.vocabulary.facts[condition.fact].kind, condition.op, source.empty, condition.value)


def _set(source: Source, condition: str) -> str:
    where = [*source.where, *([] if source.grouped or condition == "TRUE" else [condition])]
    selected = f"SELECT {source.key} FROM {source.tables}" + (f" WHERE {' AND '.join(where)}" if where else "")
    return f"{selected} GROUP BY {source.key} HAVING {condition}" if source.grouped else selected


def _member(selected: str, *, is_in: bool, is_required: bool) -> str:
    if is_in:
        return f"c.id IN ({selected})"
    if is_required:
        return f"NOT EXISTS (SELECT 1 FROM ({selected}) AS found (id) WHERE found.id = c.id)"
    return f"(c.id IN ({selected})) IS NOT TRUE"
