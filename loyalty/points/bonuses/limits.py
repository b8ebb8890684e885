"""Which limits an event needs to know. Pure.

A limit in total is one row of the whole brand. Only the orders that its bonus may apply to lock it, and they do so last, as
everybody else whom it applies to waits for them from then on.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Self

from events.orders.lines.rules import Line, read_items, read_line
from events.orders.rows import TransactionRow, named_currency
from loyalty.engine import values
from loyalty.engine.events import Incoming
from loyalty.engine.mechanism import Circumstances
from loyalty.engine.state import Part, State
from loyalty.points.config import BonusRule, PointsConfig
from loyalty.refusals import Refused

from .rules import BonusTotalRow, BonusUseRow, matches

# Events that are a line themselves.
OF_ONE_LINE = frozenset({"checkout_item", "checkout_update_item"})


def _has_used_limits(state: State) -> bool:
    """One of the orders that are there may give back what it has used of limits."""
    orders: Iterable[TransactionRow] = state.part("orders").values()
    return any(order.booked for order in orders)


USES = Part(
    "bonus_uses",
    f"SELECT {', '.join(BonusUseRow.TABLE.columns)} FROM points_bonususe WHERE customer_id IN ({{customers}})",
    lambda state, row: state.part("bonus_uses").update({row[1]: BonusUseRow.load(row)}),
    when=_has_used_limits,
)
# Locked after the customers, in the order of their ids, until the end of the transaction: those that the batch's orders
# may give something back to, and those asked for that have something left. The others keep nobody waiting.
TOTALS = Part(
    "bonus_totals",
    "SELECT t.bonus_id, t.points FROM points_bonustotal t JOIN points_bonus b ON b.id = t.bonus_id"
    " WHERE t.bonus_id = ANY({rows}) AND b.active AND t.points < b.total_limit OR t.bonus_id IN ("
    "SELECT (booking->>'bonus')::bigint FROM events_transaction o, jsonb_array_elements(o.booked) booking"
    " WHERE o.customer_id IN ({customers}) AND booking ? 'total'"
    " AND (o.transaction_id = ANY({transactions}) OR o.status IN ('draft', 'pending'))"
    ") ORDER BY t.bonus_id FOR NO KEY UPDATE OF t",
    lambda shared, row: shared.part("bonus_totals").update({row[0]: BonusTotalRow.load(row)}),
    shared=True,
    when=_has_used_limits,
)
# What is read to give limits back.
USED_LIMITS = (USES, TOTALS)


def limits(incoming: Incoming, known: Circumstances) -> Iterable[Part]:
    """What must be read for the limits of the bonuses that the event may meet; nothing where none has a limit.

    One too many keeps others waiting; one too few would count as used up.
    """
    if incoming.guest:
        # Its order uses them once somebody claims it.
        return
    met = _met(incoming, known, [rule for rule in _rules(incoming, known) if rule.customer_limit or rule.total_limit])
    if any(rule.customer_limit for rule in met):
        yield USES
    if totals := frozenset(rule.id for rule in met if rule.total_limit):
        yield replace(TOTALS, rows=totals)


def _rules(incoming: Incoming, known: Circumstances) -> Sequence[BonusRule]:
    config: PointsConfig = known.program.config["points"]
    if incoming.action != "checkout" or not known.is_certain or _order(incoming, known) is not None:
        # Of an order that came before nobody knows yet in which account it earns, and when it took effect.
        return [rule for bonuses in config.bonuses.values() for rule in bonuses]
    account = config.accounts.get(incoming.account or "", config.default)
    rules = config.bonuses.get(account.id, ())
    return rules if "effective_timestamp" in incoming.data else [rule for rule in rules if rule.is_on(known.at)]


def _order(incoming: Incoming, known: Circumstances) -> TransactionRow | None:
    """The one that is there under this name."""
    name = incoming.order or str(incoming.data.get("transaction_id"))
    return known.state.part("orders").get(name.strip()) if known.state else None


def _met(incoming: Incoming, known: Circumstances, rules: Sequence[BonusRule]) -> Sequence[BonusRule]:
    """Without those that the order cannot meet; all of them where not all is known of it."""
    if not rules or not known.is_certain or known.state is None or incoming.action == "checkout_claim":
        return rules
    try:
        order = _Order.of(incoming, _order(incoming, known), known.program.currency)
    except Refused:
        return rules
    return [rule for rule in rules if order.may_meet(rule)]


@dataclass(frozen=True, slots=True)
class _Order:
    """What may be true of an order: by what is stored of it, and by what the event says. `most`: what it costs at most."""

    lines: Sequence[Line]
    channels: frozenset[str]
    currencies: frozenset[str]
    most: Decimal | None

    @classmethod
    def of(cls, incoming: Incoming, stored: TransactionRow | None, currency: str) -> Self:
        """Raises Refused for what is malformed."""
        data = incoming.data
        items = [data] if incoming.action in OF_ONE_LINE else read_items(data)
        lines = [read_line(item) for item in items]
        most = max(values.money(data, "total") or Decimal(0), sum((line.price for line in lines), Decimal(0)))
        named = named_currency(data) or currency.upper()
        return cls(
            [*lines, *(stored.items if stored else ())],
            frozenset(
                (channel or "").casefold() for channel in (values.text(data, "channel"), stored and stored.channel)
            ),
            frozenset((named, (stored.currency or currency) if stored else named)),
            None if stored else most,
        )

    def may_meet(self, rule: BonusRule) -> bool:
        return (
            rule.multiplier != 0
            and (not rule.channels or not rule.channels.isdisjoint(self.channels))
            and (rule.currency is None or rule.currency in self.currencies)
            and (self.most is None or self.most >= rule.minimum)
            and (not (rule.products or rule.categories) or any(matches(rule, line.attributes) for line in self.lines))
        )
