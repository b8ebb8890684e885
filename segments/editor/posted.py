"""The rule that a form holds, as loose JSON: what is not filled in yet is in it as it is, for the reader to refuse by its place.

Fields are named by the place of their part: `r` is the whole, `r-0` its first part, `r-0-fact` that part's fact. A group has
`-join` (all or any), a part that is negated `-not`. So one form holds a tree, with scripts and without.
"""

import re
from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from loyalty.calendar import Unit
from loyalty.facts.enums import BARE, LISTS, OPS, SPANS, Kind, Op, Period, Reach, Span
from loyalty.facts.kinds import Fact, Option
from segments.language.parsing import attributes_of
from segments.language.reading import MAX_CONDITIONS, MAX_DEPTH, MAX_PARTS
from segments.language.refusals import WrongRule
from segments.language.tokens import texts_of
from segments.language.tree import Json
from segments.language.vocabulary import Vocabulary

ROOT = "r"
_PART = re.compile(r"r(?:-[0-9]{1,2})*-(?:fact|join)")
_NUMBER = re.compile(r"[-−]?[0-9]{1,15}(?:\.[0-9]{1,10})?")


class PostedRule:
    """`problems` are those that the reader of rules cannot know, by the part's place in the form."""

    def __init__(self, data: QueryDict, vocabulary: Vocabulary) -> None:
        self.data, self.vocabulary = data, vocabulary
        self.problems: dict[str, str] = {}
        names = [name.rpartition("-")[0] for name in list(data)[: 20 * MAX_CONDITIONS] if _PART.fullmatch(name)]
        self.paths = frozenset(names)

    def rule(self) -> Json:
        return self._part(ROOT, 1) if ROOT in self.paths else {"all": []}

    def text(self, name: str) -> str:
        return str(self.data.get(name, "")).strip()

    def _part(self, path: str, depth: int) -> Json:
        found = self._group(path, depth) if f"{path}-join" in self.data else self._condition(path)
        return {"not": found} if self.data.get(f"{path}-not") else found

    def _group(self, path: str, depth: int) -> Json:
        join = "any" if self.text(f"{path}-join") == "any" else "all"
        inner = [f"{path}-{place}" for place in range(MAX_PARTS + 1) if f"{path}-{place}" in self.paths]
        return {join: [self._part(one, depth + 1) for one in inner] if depth <= MAX_DEPTH else []}

    def _condition(self, path: str) -> Json:
        fact = self.vocabulary.facts.get(self.text(f"{path}-fact"))
        if fact is None:
            return {"fact": self.text(f"{path}-fact")[:100]}
        found: Json = {"fact": fact.name}
        options = {one.name: value for one in fact.options if (value := self._option(one, path)) not in ("", [])}
        if options:
            found["options"] = options
        if fact.reach != Reach.NONE and (window := self._window(f"{path}-w", SPANS[fact.reach])):
            found["window"] = window
        return found | self._comparison(fact, path)

    def _option(self, option: Option, path: str) -> Any:
        text = self.text(f"{path}-o-{option.name}")
        if option.kind == Kind.NUMBER:
            return _number(text)
        if option.kind is None and text:
            try:
                return attributes_of(text, self.vocabulary)
            except WrongRule as error:
                self.problems[path] = str(error)
                return text
        return text

    def _window(self, path: str, spans: tuple[Span, ...]) -> Json | None:
        span = self.text(f"{path}-span")
        if span not in {one.value for one in spans}:
            return None
        if span in (Span.LAST, Span.NEXT):
            months = {"unit": Unit.MONTHS.value} if self.text(f"{path}-unit") == Unit.MONTHS.value else {}
            return {span: _number(self.text(f"{path}-number") or "30"), **months}
        if span == Span.PERIOD:
            return {span: self.text(f"{path}-period") or Period.THIS_MONTH.value}
        if span == Span.BETWEEN:
            return {span: [self.text(f"{path}-first"), self.text(f"{path}-last")]}
        return {span: self.text(f"{path}-{'first' if span == Span.SINCE else 'last'}")}

    def _comparison(self, fact: Fact, path: str) -> Json:
        allowed = OPS[fact.kind]
        if not allowed:
            return {}
        asked = self.text(f"{path}-op")
        op = Op(asked) if asked in {one.value for one in allowed} else allowed[0]
        if op in BARE:
            return {"op": op.value}
        return {"op": op.value, "value": self._value(fact, op, path)}

    def _value(self, fact: Fact, op: Op, path: str) -> Any:
        text = self.text(f"{path}-value")
        if op == Op.WITHIN:
            return self._window(f"{path}-v", tuple(Span)) or {Span.LAST.value: 30}
        if op == Op.BETWEEN:
            return [_number(text), _number(self.text(f"{path}-value2"))]
        if op in LISTS:
            return self._listed(fact, path, text)
        return _number(text) if fact.kind == Kind.NUMBER else text

    def _listed(self, fact: Fact, path: str, text: str) -> list[str] | str:
        if fact.choices:
            return [value for one in self.data.getlist(f"{path}-value") if (value := str(one).strip())]
        try:
            return [*texts_of(text)]
        except WrongRule as error:
            self.problems[path] = f"the values: {error}"
            return text


def _number(text: str) -> Any:
    """Texts that are no numbers stay texts: the reader says so."""
    plain = text.replace("−", "-").replace(",", ".") if text.count(",") == 1 and "." not in text else text
    if not _NUMBER.fullmatch(plain):
        return text
    return float(plain) if "." in plain else int(plain.replace("−", "-"))


def as_group(rule: Mapping[str, Any]) -> Json:
    """The editor's whole is a group: a condition alone is its only part."""
    return dict(rule) if "all" in rule or "any" in rule else {"all": [dict(rule)]}
