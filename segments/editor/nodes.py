"""The rule as the editor shows it: fieldsets in fieldsets, each with the inputs that its fact asks for, and what is wrong."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext

from loyalty.facts.enums import BARE, LISTS, OPS, SPANS, Kind, Op, Period, Reach, Span
from loyalty.facts.kinds import Choices, Fact
from segments.language.printing import attributes_sentence
from segments.language.reading import read_where
from segments.language.refusals import WrongRule
from segments.language.tree import Json
from segments.language.vocabulary import Vocabulary
from segments.language.words import PHRASES, said

from .posted import ROOT

Pairs = Sequence[tuple[str, Any]]


@dataclass
class Input:
    """`type`: text, number, date, select or several. `chosen`: what it holds, in the one form of texts."""

    name: str
    label: str
    type: str = "text"
    chosen: str = ""
    choices: Pairs = ()
    several: Sequence[str] = ()
    reshapes: bool = False
    is_optional: bool = False


@dataclass
class Node:
    path: str
    place: str
    is_contrary: bool
    number: str
    join: str = ""
    parts: "list[Node]" = field(default_factory=list)
    fact: Fact | None = None
    inputs: Sequence[Input] = ()
    problem: str = ""

    @property
    def is_group(self) -> bool:
        return bool(self.join)

    @property
    def is_root(self) -> bool:
        return self.path == ROOT

    def all(self) -> "Iterator[Node]":
        yield self
        for part in self.parts:
            yield from part.all()


class Nodes:
    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary

    def of(self, rule: Any, path: str = ROOT, place: str = "rule", number: str = "") -> Node:
        inner, is_contrary = rule, False
        if isinstance(rule, dict) and "not" in rule:
            inner, is_contrary = rule["not"], True
        join = next((name for name in ("all", "any") if isinstance(inner, dict) and name in inner), "")
        node = Node(path, place, is_contrary, number, join)
        if join:
            below = f"{place}.not" if is_contrary else place
            node.parts = [
                self.of(part, f"{path}-{at}", f"{below}.{join}[{at}]", f"{number}.{at + 1}".lstrip("."))
                for at, part in enumerate(inner[join])
            ]
        else:
            self._fill(node, inner if isinstance(inner, dict) else {})
        return node

    def _fill(self, node: Node, rule: Json) -> None:
        node.fact = self.vocabulary.facts.get(str(rule.get("fact", "")))
        if node.fact is not None:
            asked = rule.get("options") or {}
            node.inputs = [
                *(self._option(one, node.path, asked) for one in node.fact.options),
                *self._window(f"{node.path}-w", node.fact, rule.get("window")),
                *self._comparison(node.path, node.fact, rule),
            ]

    def _option(self, option: Any, path: str, asked: Json) -> Input:
        value, name = asked.get(option.name, ""), f"{path}-o-{option.name}"
        text = _where_text(value) if option.kind is None else str(value)
        more: dict[str, Any] = {"is_optional": not option.required}
        if option.choices:
            return Input(name, str(option.label), "select", text, self._choices(option.choices), **more)
        return Input(name, str(option.label), "number" if option.kind == Kind.NUMBER else "text", text, **more)

    def _choices(self, choices: Choices) -> Pairs:
        return list(self.vocabulary.names(choices).choices)

    def _window(self, path: str, fact: Fact, window: Any) -> Iterator[Input]:
        if fact.reach != Reach.NONE:
            anytime = [("", gettext("at any time"))] if fact.reach == Reach.PAST else []
            yield from _window_inputs(path, gettext("When"), window, SPANS[fact.reach], anytime)

    def _comparison(self, path: str, fact: Fact, rule: Json) -> Iterator[Input]:
        if fact.kind == Kind.YES:
            return
        op = Op(rule["op"]) if rule.get("op") in Op.values else OPS[fact.kind][0]
        said = [(one.value, PHRASES[fact.kind][one][0]) for one in OPS[fact.kind]]
        yield Input(f"{path}-op", gettext("Comparison"), "select", op.value, said, reshapes=True)
        if op == Op.WITHIN:
            yield from _window_inputs(f"{path}-v", gettext("Days"), rule.get("value"), tuple(Span), [])
        elif op not in BARE:
            yield from self._values(path, fact, op, rule.get("value"))

    def _values(self, path: str, fact: Fact, op: Op, value: Any) -> Iterator[Input]:
        label = gettext("Value")
        if op == Op.BETWEEN:
            low, high = value if isinstance(value, list) and len(value) == 2 else ("", "")
            yield Input(f"{path}-value", gettext("From"), "number", _text(low))
            yield Input(f"{path}-value2", gettext("To"), "number", _text(high))
        elif fact.choices:
            several = [str(one) for one in value] if isinstance(value, list) else []
            kind = "several" if op in LISTS else "select"
            yield Input(f"{path}-value", label, kind, _text(value), self._choices(fact.choices), several)
        elif op in LISTS:
            shown = ", ".join(said(str(one)) for one in value) if isinstance(value, list) else _text(value)
            yield Input(f"{path}-value", gettext("Values, with commas between"), "text", shown)
        else:
            kind = {Kind.NUMBER: "number", Kind.DATE: "date"}.get(fact.kind, "text")
            yield Input(f"{path}-value", label, kind, _text(value))


def _text(value: Any) -> str:
    return str(value) if isinstance(value, str | int | float) else ""


def _where_text(value: Any) -> str:
    try:
        return (
            attributes_sentence(read_where(value, "where")) if isinstance(value, list) and value else str(value or "")
        )
    except WrongRule:
        return ""


def _window_inputs(path: str, label: str, window: Any, spans: Sequence[Span], more: Pairs) -> Iterator[Input]:
    held = window if isinstance(window, dict) else {}
    span = next((one for one in spans if one.value in held), None) or (None if more else spans[0])
    said = [*more, *((one.value, str(one.label)) for one in spans)]
    yield Input(f"{path}-span", label, "select", span.value if span else "", said, reshapes=True)
    value = held.get(span.value, "") if span else ""
    if span in (Span.LAST, Span.NEXT):
        units = [("days", gettext("days")), ("months", gettext("months"))]
        yield Input(f"{path}-number", gettext("How many"), "number", _text(value) or "30")
        yield Input(f"{path}-unit", gettext("Unit"), "select", held.get("unit", "days"), units)
    elif span == Span.PERIOD:
        yield Input(f"{path}-period", gettext("Period"), "select", _text(value), Period.choices)
    elif span == Span.BETWEEN:
        first, last = value if isinstance(value, list) and len(value) == 2 else ("", "")
        yield Input(f"{path}-first", gettext("First day"), "date", _text(first))
        yield Input(f"{path}-last", gettext("Last day"), "date", _text(last))
    elif span == Span.SINCE:
        yield Input(f"{path}-first", gettext("First day"), "date", _text(value))
    elif span == Span.UNTIL:
        yield Input(f"{path}-last", gettext("Last day"), "date", _text(value))


def show_problem(root: Node, error: WrongRule) -> bool:
    """At the innermost part that its place is in; False: it is of none."""
    inside = [node for node in root.all() if error.place.startswith(node.place)]
    if not inside:
        return False
    node = max(inside, key=lambda one: len(one.place))
    rest = error.place.removeprefix(node.place).lstrip(".").removeprefix("not.")
    node.problem = f"{rest}: {error.message}" if rest else error.message
    return True
