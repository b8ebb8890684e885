"""What the actions mean, in plain Python: one dictionary a customer, one event after the other, no database.

It shares nothing with the programme, so that the two can be wrong only in different ways. A refused event is undone by
putting a copy of the customer back.
"""

import copy
import datetime as dt
import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

Data = dict[str, Any]
TEXT_FIELDS = ("first_name", "last_name", "language", "email")
CODE_FIELDS = {"country": 2, "currency": 3}
NOT_CUSTOM = {"effective_timestamp", "transaction_id", "reason", "points"}
BUILT_IN = {
    "subscribe", "opt_in", "profile", "checkout", "point_add", "point_sub", "point_spend", "point_unspend", "point_fix",
}  # fmt: skip
NUMBER = re.compile(r"\s*[+-]?[0-9]+(\.[0-9]+)?\s*")


@dataclass(frozen=True)
class Earning:
    basis: str
    rounding: str
    percentage: str
    rates: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Setup:
    """`accounts`: slug → how purchases earn in it, or None; `custom`: action → (default points, one-time)."""

    auto_subscribe: str
    accounts: Mapping[str, Earning | None]
    custom: Mapping[str, tuple[int, bool]]
    currency: str = "EUR"
    default: str = "main"
    # Accounts that may go below zero.
    negative: frozenset[str] = frozenset()
    zone: str = "UTC"


@dataclass
class Sent:
    customer: str
    action: str
    data: Data
    account: str | None = None


class Refusal(Exception):
    """`about` is what the message must speak of."""

    def __init__(self, code: int, about: str = "") -> None:
        super().__init__(code, about)
        self.code, self.about = code, about


@dataclass
class Lot:
    account: str
    points: int
    left: int
    earned_at: dt.datetime
    expires_at: dt.datetime | None


@dataclass
class Member:
    fields: Data
    properties: Data = field(default_factory=dict)
    # account → [earned, spent, debt]
    balances: dict[str, list[int]] = field(default_factory=dict)
    lots: list[Lot] = field(default_factory=list)
    # (action, points, account, data, transaction, effect time)
    events: list[tuple[Any, ...]] = field(default_factory=list)
    # (kind, points, number of the lot; None is debt)
    entries: list[tuple[str, int, int | None]] = field(default_factory=list)
    # number of the lot → [points in use, number of the event that used it last]
    in_use: dict[int, list[int]] = field(default_factory=dict)
    told: int = 0


def new_member(at: dt.datetime) -> Member:
    nothing = dict.fromkeys((*TEXT_FIELDS, *CODE_FIELDS, "birth_date", "optin_at", "first", "last", "earn", "spend"))
    return Member({**nothing, "status": "inactive", "total": Decimal(0), "count": 0, "items": 0})


class Model:
    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.members: dict[str, Member] = {}
        self.transactions: set[str] = set()

    def send(self, sent: Sent, at: dt.datetime) -> list[tuple[str, int]] | Refusal:
        """(action, points) of what was recorded, or why not."""
        key = self._transaction(sent)
        if key and key in self.transactions:
            return Refusal(5003)
        if sent.action not in BUILT_IN and sent.action not in self.setup.custom:
            return Refusal(0, "Invalid action")
        before = copy.deepcopy(self.members.get(sent.customer))
        length = len(before.events) if before else 0
        try:
            member = self._member(sent, at)
            Step(self.setup, member, sent, at, fresh=before is None).run()
        except Refusal as refusal:
            if before is None:
                self.members.pop(sent.customer, None)
            else:
                self.members[sent.customer] = before
            return refusal
        if key:
            self.transactions.add(key)
        member.told += 1
        return [(action, points) for action, points, *_ in member.events[length:]]

    def _transaction(self, sent: Sent) -> str | None:
        found = sent.data.get("transaction_id")
        usable = sent.action == "checkout" and isinstance(found, str | int) and 0 < len(str(found).strip()) <= 128
        return str(found).strip() if usable and not isinstance(found, bool) else None

    def _member(self, sent: Sent, at: dt.datetime) -> Member:
        found = self.members.get(sent.customer)
        if found and found.fields["status"] != "banned":
            return found
        allowed = {"off": (), "checkout": ("checkout",), "any": (sent.action,)}[self.setup.auto_subscribe]
        if found or sent.action not in ("subscribe", "opt_in", *allowed):
            raise Refusal(160212)
        member = self.members[sent.customer] = new_member(at)
        member.balances[self.setup.default] = [0, 0, 0]
        if sent.action not in ("subscribe", "opt_in"):
            member.properties["auto_subscribed"] = True
        return member


@dataclass
class Step:
    """One event and what follows from it."""

    setup: Setup
    member: Member
    sent: Sent
    at: dt.datetime
    fresh: bool

    def run(self) -> None:
        data, action = self.sent.data, self.sent.action
        # Of the event whose effects are at work; an order's burn and its items have numbers of their own.
        self.number = len(self.member.events)
        self.transaction = text(data, "transaction_id", 128)
        self.when = self._effect_time()
        known = {
            "subscribe": self.subscribe, "opt_in": self.opt_in, "profile": self.profile, "checkout": self.checkout,
            "point_add": self.point_add, "point_sub": self.point_sub, "point_spend": self.point_spend,
            "point_unspend": self.point_unspend, "point_fix": self.point_fix,
        }  # fmt: skip
        known.get(action, self.custom)()

    def _effect_time(self) -> dt.datetime:
        seconds = number(self.sent.data, "effective_timestamp")
        if seconds is None:
            return self.at
        if not 0 <= seconds <= Fraction(self.at.timestamp()):
            raise Refusal(0, "effective_timestamp")
        return dt.datetime.fromtimestamp(float(seconds), dt.UTC)

    def note(self, action: str, points: int = 0, account: str | None = None, data: Data | None = None) -> None:
        found = self.sent.data if data is None else data
        self.member.events.append((action, points, account, found, self.transaction, self.when))

    # Who

    def subscribe(self) -> None:
        if not self.fresh:
            raise Refusal(0, "already exists")
        self.profile()

    def opt_in(self) -> None:
        if self.member.fields["status"] != "inactive":
            raise Refusal(112101)
        self.profile()
        self.member.fields.update(status="active", optin_at=self.when)

    def profile(self) -> None:
        fields = self.member.fields
        for name, value in self.sent.data.items():
            if name in CODE_FIELDS:
                fields[name] = self._code(name)
            elif name == "birth_date":
                fields[name] = day(self.sent.data, name)
            elif name in TEXT_FIELDS:
                fields[name] = text(self.sent.data, name, 200)
                if name == "email" and fields[name] and not re.fullmatch(r"[^@ ]+@[^@ ]+", fields[name]):
                    raise Refusal(0, name)
            elif name in ("status", "score", "accounts", "customer"):
                raise Refusal(0, name)
            elif name not in NOT_CUSTOM:
                self.member.properties[name] = value
        self.note(self.sent.action)

    def _code(self, name: str) -> str | None:
        found = text(self.sent.data, name, 2000)
        if found and not (re.fullmatch("[A-Za-z]+", found) and len(found) == CODE_FIELDS[name]):
            raise Refusal(0, name)
        return found.upper() if found else None

    # Points

    def account(self) -> str:
        if self.sent.account is not None and self.sent.account not in self.setup.accounts:
            raise Refusal(0, "account")
        return self.sent.account or self.setup.default

    def points(self) -> int:
        found = whole(self.sent.data, "points", 1)
        if found is None:
            raise Refusal(0, "points")
        return found

    def earn(self, points: int, expires_at: dt.datetime | None = None) -> None:
        if not points:
            return
        account, member = self.account(), self.member
        member.lots.append(Lot(account, points, points, self.when, expires_at))
        lot = len(member.lots) - 1
        member.entries.append(("earn", points, lot))
        balance = member.balances.setdefault(account, [0, 0, 0])
        balance[0] += points
        repaid = min(balance[2], points)
        if repaid:
            balance[2] -= repaid
            member.lots[lot].left -= repaid
            member.entries += [("repay", -repaid, lot), ("repay", repaid, None)]
            self.use(lot, repaid)
        member.fields["earn"] = max(member.fields["earn"] or self.when, self.when)

    def use(self, lot: int, points: int) -> None:
        used = self.member.in_use.setdefault(lot, [0, 0])
        used[0] += points
        used[1] = self.number

    def in_order(self, account: str) -> list[int]:
        """The lots, earliest-expiring first, never-expiring last, then oldest."""
        never, lots = dt.datetime.max.replace(tzinfo=dt.UTC), self.member.lots
        own = [index for index, lot in enumerate(lots) if lot.account == account]
        return sorted(own, key=lambda index: (lots[index].expires_at or never, lots[index].earned_at, index))

    def take(self, points: int, kind: str) -> list[int]:
        account, member = self.account(), self.member
        balance = member.balances.setdefault(account, [0, 0, 0])
        held = sum(lot.left for lot in member.lots if lot.account == account)
        if points > held and account not in self.setup.negative:
            raise Refusal(120241)
        owed = max(points - held, 0)
        left = points - owed
        for index in self.in_order(account):
            taken = min(left, member.lots[index].left)
            if taken:
                member.lots[index].left -= taken
                member.entries.append((kind, -taken, index))
                left -= taken
                if kind == "spend":
                    self.use(index, taken)
        if owed:
            balance[2] += owed
            member.entries.append((kind, -owed, None))
        return balance

    def point_unspend(self) -> None:
        """A debt first, then the lots that were drawn on last; of one event the one that it drew on last."""
        points, account, member = self.points(), self.account(), self.member
        balance = member.balances.setdefault(account, [0, 0, 0])
        if points > balance[1]:
            raise Refusal(112900)
        balance[1] -= points
        forgiven = min(points, balance[2])
        if forgiven:
            balance[2] -= forgiven
            member.entries.append(("unspend", forgiven, None))
        left = points - forgiven
        for index in sorted(self.in_order(account)[::-1], key=lambda lot: -member.in_use.get(lot, [0, 0])[1]):  # noqa: C415  ties keep it
            given = min(left, member.in_use.get(index, [0, 0])[0])
            if given:
                member.in_use[index][0] -= given
                member.lots[index].left += given
                member.entries.append(("unspend", given, index))
                left -= given
        assert left == 0
        self.note("point_unspend", points, account)

    def point_fix(self) -> None:
        points = whole(self.sent.data, "points", -(10**12))
        if not points:
            raise Refusal(0, "points")
        expires_at = self._expiry() if points > 0 else None
        if points > 0:
            self.earn(points, expires_at)
        else:
            self.take(-points, "deduct")[0] += points
        self.note("point_fix", points, self.account())

    def may_spend(self) -> None:
        if self.member.fields["status"] == "suspended":
            raise Refusal(110003)
        if self.member.fields["status"] != "active":
            raise Refusal(160216)

    def spend(self, points: int) -> None:
        self.may_spend()
        self.take(points, "spend")[1] += points
        self.member.fields["spend"] = max(self.member.fields["spend"] or self.when, self.when)

    def point_spend(self) -> None:
        self.may_spend()
        points = self.points()
        self.spend(points)
        self.note("point_spend", -points, self.account())

    def point_sub(self) -> None:
        points = self.points()
        self.take(points, "deduct")[0] -= points
        self.note("point_sub", -points, self.account())

    def point_add(self) -> None:
        points = self.points()
        self.earn(points, self._expiry())
        self.note("point_add", points, self.account())

    def _expiry(self) -> dt.datetime | None:
        valid = day(self.sent.data, "expdate")
        if not valid:
            return None
        midnight = dt.datetime.combine(valid + dt.timedelta(days=1), dt.time(), ZoneInfo(self.setup.zone))
        if midnight <= self.at:
            raise Refusal(0, "expdate")
        return midnight.astimezone(dt.UTC)

    def custom(self) -> None:
        points, one_time = self.setup.custom[self.sent.action]
        if one_time and any(event[0] == self.sent.action for event in self.member.events):
            raise Refusal(10001)
        self.earn(points)
        self.note(self.sent.action, points, self.account())

    # Orders

    def checkout(self) -> None:
        data, burned = self.sent.data, whole(self.sent.data, "points_burned", 0)
        if burned:
            self.may_spend()
            held = sum(lot.left for lot in self.member.lots if lot.account == self.account())
            if burned > held and self.account() not in self.setup.negative:
                raise Refusal(120241)
        if self.transaction is None:
            raise Refusal(0, "transaction_id")
        items = self._items()
        lines = [line(item, f"items[{index}]") for index, item in enumerate(items)]
        total, currency = money(data, "total"), text(data, "currency", 3)
        if total is None and not items:
            raise Refusal(0, "total")
        self._count(sum(lines, Decimal(0)) if total is None else total, items)
        rule = self.setup.accounts[self.account()]
        if rule and rule.basis == "item" and not items:
            raise Refusal(0, "items")
        if rule and rule.basis == "transaction" and total is None:
            raise Refusal(0, "total")
        self._burn_and_earn(burned, total, items, lines, currency, rule)

    def _burn_and_earn(self, burned: Any, total: Any, items: Any, lines: Any, currency: Any, rule: Any) -> None:
        """What pays for the order is taken before the order earns."""
        account = self.account() if rule else None
        root = self.number
        if burned:
            self.number = root + 1
            self.spend(burned)
            self.number = root
        by_order = worth(rule, total, currency or self.setup.currency) if rule and rule.basis == "transaction" else 0
        self.earn(by_order)
        kept = {name: value for name, value in self.sent.data.items() if name != "items"}
        self.note("checkout", by_order, account if rule and rule.basis == "transaction" else None, kept)
        if burned:
            paid = {"points": burned, "transaction_id": self.transaction}
            self.note("point_burn", -burned, self.account(), paid)
        for item, amount in zip(items, lines, strict=True):
            own = {**item, "currency": currency} if currency else item
            in_currency = text(own, "currency", 3) or self.setup.currency
            points = worth(rule, amount, in_currency) if rule and rule.basis == "item" else 0
            self.number = len(self.member.events)
            self.earn(points)
            self.note("checkout_item", points, account if rule and rule.basis == "item" else None, own)

    def _items(self) -> list[Data]:
        items = self.sent.data.get("items") or []
        if not isinstance(items, list) or len(items) > 1000:
            raise Refusal(0, "items")
        for index, item in enumerate(items):
            if not isinstance(item, dict):
                raise Refusal(0, f"items[{index}]")
        return items

    def _count(self, total: Decimal, items: list[Data]) -> None:
        fields = self.member.fields
        fields["total"] += total
        fields["count"] += 1
        fields["items"] += sum(quantity(item) for item in items)
        fields["first"] = min(fields["first"] or self.when, self.when)
        fields["last"] = max(fields["last"] or self.when, self.when)


def worth(rule: Earning, amount: Decimal, currency: str) -> int:
    exact = Fraction(amount) * Fraction(rule.rates.get(currency.upper(), rule.percentage)) / 100
    return {"up": math.ceil(exact), "down": math.floor(exact), "nearest": math.floor(exact + Fraction(1, 2))}[
        rule.rounding
    ]


def quantity(item: Data) -> int:
    found = whole(item, "quantity", 0)
    return 1 if found is None else found


def line(item: Data, place: str) -> Decimal:
    try:
        subtotal, price = money(item, "subtotal"), money(item, "price")
        if subtotal is not None:
            return subtotal
        if price is None:
            raise Refusal(0, "subtotal")
        found = price * quantity(item) - (money(item, "discount") or 0)
    except Refusal as refusal:
        raise Refusal(0, place) from refusal
    if found < 0:
        raise Refusal(0, place)
    return found


def text(data: Data, name: str, limit: int) -> str | None:
    value = data.get(name)
    if value is None:
        return None
    if isinstance(value, bool | list | dict) or len(str(value).strip()) > limit:
        raise Refusal(0, name)
    return str(value).strip() or None


def number(data: Data, name: str) -> Decimal | None:
    value = data.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, bool | list | dict) or not NUMBER.fullmatch(str(value)):
        raise Refusal(0, name)
    return Decimal(str(value).strip())


def money(data: Data, name: str) -> Decimal | None:
    found = number(data, name)
    if found is not None and not (0 <= found <= 10**12 and (found * 10**4) % 1 == 0):
        raise Refusal(0, name)
    return found


def whole(data: Data, name: str, least: int) -> int | None:
    found = number(data, name)
    if found is not None and not (least <= found <= 10**12 and found % 1 == 0):
        raise Refusal(0, name)
    return None if found is None else int(found)


def day(data: Data, name: str) -> dt.date | None:
    value = text(data, name, 2000)
    if value and not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        raise Refusal(0, name)
    return dt.date.fromisoformat(value) if value else None


def plain(data: Any) -> Any:
    """As it comes out of a store of JSON."""
    return json.loads(json.dumps(data, default=float), parse_float=float)


def end_state(model: Model) -> Iterator[tuple[str, Data]]:
    for name, member in sorted(model.members.items()):
        yield (
            name,
            {
                "fields": member.fields,
                "properties": plain(member.properties),
                "balances": {account: tuple(balance) for account, balance in member.balances.items()},
                "lots": [(lot.account, lot.points, lot.left, lot.earned_at, lot.expires_at) for lot in member.lots],
                "events": [(*event[:3], plain(event[3]), *event[4:]) for event in member.events],
                "entries": member.entries,
                "told": member.told,
            },
        )
