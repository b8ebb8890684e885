"""Rules made by the grammar, as JSON; biased towards values that the random people have."""

import random
from collections.abc import Callable
from typing import Any

from loyalty.facts.enums import BARE, OPS, SPANS, Kind, Op, Period, Reach, Span
from loyalty.facts.kinds import Fact, Option
from segments.language.vocabulary import Vocabulary
from tests.segments import peopled

Json = dict[str, Any]
_DAYS = ("2024-02-28", "2024-02-29", "2024-12-31", "2025-01-01", "2025-03-30", "2025-10-26", "2025-12-31")
_TEXTS = {
    "customer.first_name": ("ann", "BOB", "O'Neil", 'say "hi"', "50% off", "and", "5"),
    "customer.country": ("DE", "at", "HU"),
    "field.hobbies": ("chess", "go", "Judo"),
}
_NUMBERS = {
    "purchases.total": (0, 40, 99.99, 100, 160), "purchases.average": (40, 60, 99.99), "customer.age": (19, 20, 25, 41, 64),
    "field.shoe_size": (38, 42, 42.5), "points.expiring": (0, 40, 100), "points.spendable": (0, 50, 500),
    "events.sum": (0, 3, 7, 12.5, 15.5), "purchases.days_since": (0, 1, 29, 30), "events.days_since": (0, 7, 30),
}  # fmt: skip


# What the plain reading has no twin of: rooms that show their facts by tests of their own.
NO_TWIN = ("segments.", "lists.", "labels.", "coupons.", "rewards.")


class RandomRules:
    def __init__(self, seed: random.Random, vocabulary: Vocabulary) -> None:
        self.seed, self.vocabulary = seed, vocabulary
        self.facts = [fact for name, fact in vocabulary.facts.items() if not name.startswith(NO_TWIN)]

    def rule(self, depth: int = 3) -> Json:
        kind = self.seed.random()
        if depth == 0 or kind < 0.45:
            return self.condition()
        if kind < 0.6:
            return {"not": self.rule(depth - 1)}
        name = "all" if kind < 0.8 else "any"
        return {name: [self.rule(depth - 1) for _ in range(self.seed.randint(2, 3))]}

    def condition(self) -> Json:
        fact = self.seed.choice(self.facts)
        found: Json = {"fact": fact.name}
        options = {one.name: self.option(one) for one in fact.options if one.required or self.seed.random() < 0.5}
        if options:
            found["options"] = options
        if fact.reach == Reach.FUTURE or (fact.reach and self.seed.random() < 0.7 and SPANS[fact.reach]):
            found["window"] = self.window(SPANS[fact.reach])
        if fact.kind != Kind.YES:
            op = self.seed.choice(OPS[fact.kind])
            found["op"] = op.value
            if op not in BARE:
                found["value"] = self.value(fact, op)
        return found

    def window(self, spans: tuple[Span, ...]) -> Json:
        span = self.seed.choice(spans)
        if span in (Span.LAST, Span.NEXT):
            if self.seed.random() < 0.2:
                return {span.value: self.seed.randint(1, 13), "unit": "months"}
            return {span.value: self.seed.choice([1, 2, 7, 30, 31, 60, 365])}
        if span == Span.PERIOD:
            return {"period": self.seed.choice(Period.values)}
        days = sorted(self.seed.choices(_DAYS, k=2))
        return {span.value: days if span == Span.BETWEEN else days[0]}

    def option(self, option: Option) -> Any:
        if option.kind is None:
            return [self.attribute() for _ in range(self.seed.randint(1, 2))]
        if option.kind == Kind.NUMBER:
            return self.seed.randint(1, 3)
        if option.choices:
            known = [id for id, _ in option.choices()]
            wanted = [id for id in known if id in (*peopled.ACTIONS, "status/gold", "stars", "main")]
            return self.seed.choice(wanted or known)
        return self.seed.choice({"product": peopled.PRODUCTS, "category": peopled.CATEGORIES, "currency": ("EUR", "huf"),
                                 "attribute": ("score",)}[option.name])  # fmt: skip

    def attribute(self) -> Json:
        makers: tuple[Callable[[], Json], ...] = (
            lambda: {"attribute": "channel", "op": self.seed.choice(["is", "is_not", "contains", "starts", "ends"]),
                     "value": self.seed.choice(["web", "SHOP", "app 2", "p"])},
            lambda: {"attribute": "score", "op": self.seed.choice(["is", "is_not", "at_least", "less", "more", "at_most"]),
                     "value": self.seed.choice([3, 7, 12.5])},
            lambda: {"attribute": self.seed.choice(["score", "channel"]), "op": self.seed.choice(["empty", "not_empty"])},
        )  # fmt: skip
        return self.seed.choice(makers)()

    def value(self, fact: Fact, op: Op) -> Any:
        if fact.kind == Kind.NUMBER:
            numbers = _NUMBERS.get(fact.name, (0, 1, 2, 3))
            return sorted(self.seed.choices(numbers, k=2)) if op == Op.BETWEEN else self.seed.choice(numbers)
        if fact.kind == Kind.DATE:
            return self.window(tuple(Span)) if op == Op.WITHIN else self.seed.choice(_DAYS)
        texts = [id for id, _ in fact.choices()] if fact.choices else _TEXTS.get(fact.name, ("ann", "x y", "%"))
        if op in (Op.IN, Op.NOT_IN):
            return self.seed.choices(texts, k=self.seed.randint(1, 3))
        return self.seed.choice(texts)
