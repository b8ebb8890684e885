"""Whether a row that the engine refuses as known says the same as what is there. Only then it is unchanged."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from customers.fields.reserved import ABOUT_THE_EVENT, SECRETS
from customers.mechanism import CustomerExists
from customers.models import Customer
from customers.queries import customers_named
from events.orders.queries import own_receipts
from events.orders.receipts import Receipt, receipts
from loyalty.accounts.models import Account
from loyalty.engine.events import Incoming
from loyalty.refusals import Refused
from loyalty.transfer.reading.columns import Plan
from loyalty.transfer.reading.headings import TIME

from .keys import plain
from .profiles import differing

ALREADY_OPTED_IN = 112101
TAKEN = 5003
CHECKOUT = "checkout"
NOT_COMPARED = SECRETS | {"items", "transaction_id"}


@dataclass(frozen=True, slots=True)
class Known:
    """What a row says is there: since when, and the import that brought it, if one did."""

    recorded_at: datetime | None = None
    import_id: int | None = None


Verdict = Known | Refused


def is_about_known(error: Refused) -> bool:
    """Whether the refusal says that the row's effect may be there already."""
    return error.code in (TAKEN, ALREADY_OPTED_IN) or isinstance(error, CustomerExists)


def verdicts(plan: Plan, refused: Sequence[tuple[Incoming, Refused]]) -> list[Verdict]:
    """Of each event that was refused as known: what is there, or the refusal with the difference. A few queries."""
    orders = _Orders.of(plan, [event for event, error in refused if error.code == TAKEN])
    people = customers_named([event.customer for event, error in refused if error.code != TAKEN], plan.scheme)
    found: list[Verdict] = []
    for event, error in refused:
        if error.code == TAKEN:
            found.append(orders.verdict(event, error))
            continue
        found.append(_verdict_on_person(plan, people.get(event.customer), event, error))
    return found


def _verdict_on_person(plan: Plan, known: Customer | None, event: Incoming, error: Refused) -> Verdict:
    try:
        names = sorted(differing(known, _profile(event), plan.catalogue.config)) if known else []
    except Refused as malformed:
        # The engine had refused the person as known before it came to the fields.
        return malformed
    if not names:
        return Known(known.optin_at or known.created_at if known else None)
    reason = f"{error.message}, and '{names[0]}' differs: import a “profile” event, or customers, to change it"
    return Refused(error.code, reason, field=names[0])


def _profile(event: Incoming) -> dict[str, Any]:
    return {name: value for name, value in event.data.items() if name not in ABOUT_THE_EVENT | SECRETS}


@dataclass(frozen=True, slots=True)
class _Difference:
    """The first one; `field` is its place on the wire."""

    field: str
    sentence: str


@dataclass(frozen=True, slots=True)
class _Orders:
    """What was recorded under the transaction IDs of some events."""

    plan: Plan
    recorded: Mapping[str, Receipt]
    # (customer, transaction ID) of whom the order is.
    own: Collection[tuple[str, str]]
    accounts: Mapping[str, int]

    @classmethod
    def of(cls, plan: Plan, events: Sequence[Incoming]) -> "_Orders":
        asked = {(event.customer, _receipt(event)) for event in events}
        if not asked:
            return cls(plan, {}, (), {})
        named = {event.account for event in events if event.account}
        accounts = dict(Account.objects.filter(slug__in=named).values_list("slug", "id")) if named else {}
        return cls(plan, receipts({name for _, name in asked}), own_receipts(asked, plan.scheme), accounts)

    def verdict(self, event: Incoming, error: Refused) -> Verdict:
        name = _receipt(event)
        if (event.customer, name) not in self.own:
            return Refused(TAKEN, "The 'transaction_id' is another customer's", field="transaction_id")
        order = self.recorded.get(name)
        if order is None or event.action != CHECKOUT:
            # Of a line that was added by itself: what it says stands in the order, as it is today.
            return error
        difference = self._difference(event, order)
        if difference:
            message = f"{error.message}, and the content differs: {difference.sentence}"
            return Refused(TAKEN, message, field=difference.field)
        return Known(order.recorded_at, order.import_id)

    def _difference(self, event: Incoming, order: Receipt) -> _Difference | None:
        """The first thing that the row says otherwise than the order; what the row does not say does not differ."""
        if event.account and self.accounts.get(event.account) != order.account_id:
            return _Difference("account", "'account' is another one there")
        # Unless somebody has said when it happened, it is dated by when it came in.
        left_out = NOT_COMPARED if order.data.get(TIME) else NOT_COMPARED | {TIME}
        said = {name: value for name, value in event.data.items() if name not in left_out}
        held = {"total": order.total, **order.data}
        lines = event.data.get("items") or []
        if lines and len(lines) != len(order.items):
            sentence = f"the order has {len(order.items)} lines there, and {len(lines)} here: 'items'"
            return _Difference("items", sentence)
        pairs = [
            ("", said, held),
            *((f"items[{n}]", *pair) for n, pair in enumerate(zip(lines, order.items, strict=False))),
        ]
        return next(filter(None, (self._differing(*pair) for pair in pairs)), None)

    def _differing(self, place: str, said: Mapping[str, Any], held: Mapping[str, Any]) -> _Difference | None:
        numbers = self.plan.numbers_of(CHECKOUT)
        for name, value in said.items():
            there = held.get(name)
            if there is None or plain(name, value, numbers) != plain(name, there, numbers):
                sentence = f"'{name}' is {_shown(there)} there, and {_shown(value)} here"
                return _Difference(f"{place}.{name}", f"{place}: {sentence}") if place else _Difference(name, sentence)
        return None


def _receipt(event: Incoming) -> str:
    return str(event.data.get("transaction_id", "")).strip()


def _shown(value: Any) -> str:
    return "nothing" if value is None else f"“{str(value)[:64]}”"
