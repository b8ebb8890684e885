"""The life of a member: suspended and back, logged in, celebrated. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from loyalty.engine import values
from loyalty.engine.batch import Batch
from loyalty.engine.events import Incoming
from loyalty.engine.mechanism import Mechanism
from loyalty.engine.rows import EventRow
from loyalty.engine.state import Part, State
from loyalty.engine.status import Status
from loyalty.refusals import Refused

MEMBERS = frozenset({Status.ACTIVE.value, Status.SUSPENDED.value})


def kept_on(first: date, year: int) -> date:
    """The day of that year on which the date is celebrated: 29 February on the 28th where there is none."""
    try:
        return first.replace(year=year)
    except ValueError:
        return first.replace(year=year, day=28)


def local_day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()


# Suspended and back


def suspend(event: EventRow, state: State, batch: Batch) -> None:
    if state.customer.status != Status.ACTIVE:
        raise Refused(114400, "Only active customers can be suspended")
    _become(Status.SUSPENDED, event, state, batch)


def unsuspend(event: EventRow, state: State, batch: Batch) -> None:
    if state.customer.status != Status.SUSPENDED:
        raise Refused(114600, "Only suspended customers can be unsuspended")
    _become(Status.ACTIVE, event, state, batch)


def _become(status: Status, event: EventRow, state: State, batch: Batch) -> None:
    values.text(event.data, "reason")
    customer = batch.edit(state.customer)
    customer.status, customer.updated_at = status.value, event.recorded_at


def _require_member(state: State) -> None:
    if state.customer.status not in MEMBERS:
        raise Refused(160216, "Customer is not active")


# Logged in


def login(event: EventRow, state: State, batch: Batch) -> None:
    """The brand has let the customer in; the first time on a day is told by an event of its own."""
    _require_member(state)
    if _is_first_of_its_day(event, state, batch):
        batch.emit(event.follow_up("daily_login", {}, batch.new_id("events_event_id")))
    _logged_in(event, state, batch)


def daily_login(event: EventRow, state: State, batch: Batch) -> None:
    if event.parent_id is not None:
        return
    _require_member(state)
    if not _is_first_of_its_day(event, state, batch):
        raise Refused(10001, "This action cannot be repeated: the customer has logged in on that day")
    _logged_in(event, state, batch)


def _is_first_of_its_day(event: EventRow, state: State, batch: Batch) -> bool:
    """By the last login: one that is backdated before it is never the first."""
    last, zone = state.customer.last_login_at, batch.program.time_zone
    return last is None or local_day(event.occurred_at, zone) > local_day(last, zone)


def _logged_in(event: EventRow, state: State, batch: Batch) -> None:
    customer = batch.edit(state.customer)
    customer.last_login_at = max(customer.last_login_at or event.occurred_at, event.occurred_at)


# Celebrated

# A profile that was merged into the customer may have had its birthday this year.
CELEBRATED = Part(
    "celebrated",
    "SELECT family.survivor, e.action, e.occurred_at FROM {family} family JOIN events_event e ON e.customer_id = family.id"
    " WHERE e.action IN ('birthday', 'anniversary')",
    lambda state, row: state.part("celebrated").setdefault(row[1], []).append(row[2]),
)


def _celebrated(incoming: Incoming) -> Iterable[Part]:
    return (CELEBRATED,)


def birthday(event: EventRow, state: State, batch: Batch) -> None:
    _celebrate(state.customer.birth_date, event, state, batch)


def anniversary(event: EventRow, state: State, batch: Batch) -> None:
    """Of the opt-in; `years` says the how-manieth."""
    joined, zone = state.customer.optin_at, batch.program.time_zone
    first = local_day(joined, zone) if joined else None
    _celebrate(first, event, state, batch)
    assert first
    event.data = {**event.data, "years": local_day(event.occurred_at, zone).year - first.year}


def _celebrate(first: date | None, event: EventRow, state: State, batch: Batch) -> None:
    """Once a calendar year, on the day itself, which is not the first one, and not before the customer joined."""
    _require_member(state)
    zone, customer = batch.program.time_zone, state.customer
    day, joined = local_day(event.occurred_at, zone), local_day(customer.optin_at or customer.created_at, zone)
    if first is None or not first < day >= joined or kept_on(first, day.year) != day:
        raise Refused(0, f"The customer has no {event.action} on {day.isoformat()}")
    celebrated: Sequence[datetime] = state.part("celebrated").get(event.action, ())
    if any(local_day(at, zone).year == day.year for at in celebrated):
        raise Refused(10001, f"This action cannot be repeated: the customer had the {event.action} of {day.year}")
    batch.put(state.part("celebrated"), event.action, [*celebrated, event.occurred_at])


def _one_more(incoming: Incoming) -> int:
    return 2


MECHANISMS: tuple[Mechanism, ...] = (
    Mechanism(frozenset({"suspend"}), suspend),
    Mechanism(frozenset({"unsuspend"}), unsuspend),
    Mechanism(frozenset({"login"}), login, fan_out=_one_more),
    Mechanism(frozenset({"daily_login"}), daily_login),
    Mechanism(frozenset({"birthday"}), birthday, parts=_celebrated),
    Mechanism(frozenset({"anniversary"}), anniversary, parts=_celebrated),
)
