"""Everything that the programme knows of each customer, by the brand's ID and without internal ids."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

from customers.directory.queries import browse
from customers.directory.search import Filters
from events.timeline.queries import events_of
from events.transactions.forms import TransactionFilterForm
from events.transactions.pages import Transactions
from loyalty.points.expiry.queries import expiring_points
from loyalty.staff.sight import EVERYTHING
from loyalty.ui.paging import Order, page_of

from .model.reading import moved
from .world import rows

FIELDS = {
    "first_name": "first_name", "last_name": "last_name", "language": "language", "email": "email",
    "country": "country", "currency": "currency", "birth_date": "birth_date", "status": "status",
    "optin_at": "optin_at", "total": "purchase_total", "count": "purchase_count", "items": "purchase_item_count",
    "login": "last_login_at", "first": "purchase_first_date", "last": "purchase_last_date", "earn": "last_earn_date", "spend": "last_spend_date",
}  # fmt: skip
ORDER_FIELDS = (
    "status", "currency", "total", "refunded", "earned", "taken_back", "burned", "given_back", "reserved",
    "created_at", "updated_at", "checkout_at", "accept_at", "accepted_at",
)  # fmt: skip
BALANCE_FIELDS = "earned, spent, expired, reserved, pending, debt, active_at"
Found = dict[int, dict[str, Any]]


def _parsed(text: str) -> Any:
    return json.loads(text, parse_float=float)


class _Numbers:
    """The how-manieth of its customer an id is; None where there is none."""

    def __init__(self) -> None:
        self.known: dict[tuple[int, int], int] = {}
        self.ids: dict[int, list[int]] = {}

    def add(self, customer: int, id: int) -> None:
        ids = self.ids.setdefault(customer, [])
        self.known[customer, id] = len(ids)
        ids.append(id)

    def __call__(self, customer: int, id: int | None) -> int | None:
        return None if id is None else self.known[customer, id]


def end_state() -> tuple[dict[str, dict[str, Any]], dict[str, list[int]]]:
    """By customer: the state, and the ids of its events."""
    found: Found = {}
    for id, name, properties, *fields in rows(
        f"SELECT id, public_id, properties::text, {', '.join(FIELDS.values())} FROM customers_customer"
    ):
        found[id] = {"name": name, "fields": dict(zip(FIELDS, fields, strict=True)), "properties": _parsed(properties)}
        found[id] |= {"balances": {}, "lots": [], "events": [], "entries": [], "pending": [], "orders": {}, "told": 0}
    slugs = dict(rows("SELECT id, slug FROM points_account")).get
    for id, account, *figures in rows(f"SELECT customer_id, account_id, {BALANCE_FIELDS} FROM points_balance"):
        found[id]["balances"][slugs(account)] = tuple(figures)
    events = _add_events(found, slugs)
    lots = _add_ledger(found, slugs, events)
    _add_orders(found, slugs, events, lots)
    for id, number in rows("SELECT customer_id, count(*) FROM sync_outboxrow GROUP BY 1"):
        found[id]["told"] = number
    ids = {state["name"]: events.ids.get(id, []) for id, state in found.items()}
    return {state.pop("name"): state for state in found.values()}, ids


def _named(data: dict[str, Any], known: dict[int, str]) -> dict[str, Any]:
    """Other customers by the brand's IDs."""
    keys = {"referred_key": "referred", "referrer_key": "referrer"}
    return {keys.get(name, name): known[value] if name in keys else value for name, value in data.items()}


def _add_events(found: Found, slugs: Callable[[int], str | None]) -> _Numbers:
    numbers = _Numbers()
    known = {id: state["name"] for id, state in found.items()}
    for customer, id, action, points, account, data, transaction_id, at, parent in rows(
        "SELECT customer_id, id, action, points, account_id, data::text, transaction_id, occurred_at, parent_id"
        " FROM events_event ORDER BY id"
    ):
        numbers.add(customer, id)
        cause = numbers(customer, parent)
        told = (action, points, slugs(account), _named(_parsed(data), known), transaction_id, at, cause)
        found[customer]["events"].append(told)
    return numbers


def _add_ledger(found: Found, slugs: Callable[[int], str | None], events: _Numbers) -> _Numbers:
    numbers = _Numbers()
    for customer, id, account, event, *lot in rows(
        "SELECT customer_id, id, account_id, event_id, points, remaining, expired, earned_at, expires_at"
        " FROM points_lot ORDER BY id"
    ):
        numbers.add(customer, id)
        found[customer]["lots"].append((slugs(account), events(customer, event), *lot))
    for customer, event, account, kind, points, lot_id in rows(
        "SELECT customer_id, event_id, account_id, kind, points, lot_id FROM points_entry ORDER BY id"
    ):
        entry = (events(customer, event), slugs(account), kind, points, numbers(customer, lot_id))
        found[customer]["entries"].append(entry)
    for state in found.values():
        state["entries"] = moved(state["entries"])
    for customer, event, account, settled_by, *row in rows(
        "SELECT customer_id, event_id, account_id, settled_by, points, transaction_id, line, due_at"
        " FROM points_pending ORDER BY id"
    ):
        pending = (events(customer, event), slugs(account), *row, events(customer, settled_by))
        found[customer]["pending"].append(pending)
    return numbers


def _add_orders(found: Found, slugs: Callable[[int], str | None], events: _Numbers, lots: _Numbers) -> None:
    for customer, id, event, account, items, *row in rows(
        f"SELECT customer_id, transaction_id, event_id, account_id, items::text, {', '.join(ORDER_FIELDS)}"
        " FROM events_transaction"
    ):
        order = dict(zip(ORDER_FIELDS, row, strict=True))
        order |= {"event": events(customer, event), "account": slugs(account)}
        order["items"] = [_line(item, customer, lots) for item in json.loads(items)]
        found[customer]["orders"][id] = order


def _line(item: dict[str, Any], customer: int, lots: _Numbers) -> tuple[Any, ...]:
    return (
        item.get("line_id"), item.get("product_id"), float(item.get("quantity", 1)), float(item.get("subtotal", 0)),
        float(item.get("refunded_quantity", 0)), float(item.get("refunded", 0)), item.get("earned", 0),
        lots(customer, item.get("lot")), item.get("accepted", False),
    )  # fmt: skip


# Lists


def listed(statuses: list[str], sort: str) -> list[str]:
    """IDs in the order of the customer list."""
    return [row.customer.public_id for row in browse(Filters(statuses=statuses), sort).rows]


def timeline(customer: int, action: str, transaction_id: str) -> list[int]:
    """Ids of all the pages of the timeline."""
    found, cursor = [], ""
    while True:
        page = page_of(events_of([customer], action, transaction_id), Order("occurred_at", descending=True), cursor)
        found += [event.id for event in page.rows]
        if page.next is None:
            return found
        cursor = page.next


def transactions(filters: dict[str, str]) -> list[tuple[str, str]]:
    """(customer, transaction ID) of the orders that the list of transactions shows."""
    accounts = [(slug, slug) for (slug,) in rows("SELECT slug FROM points_account")]
    page = Transactions()
    page._sight = EVERYTHING
    page.accounts = accounts
    found = page._narrowed(TransactionFilterForm(filters, accounts=accounts, brand_wide=True)).order_by("-id")
    return [(row.customer.public_id, row.transaction_id) for row in found]


def expiring(customer: int) -> dict[dt.date, int]:
    return expiring_points(customer)
