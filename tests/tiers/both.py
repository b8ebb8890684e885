"""The engine and the model of tiers side by side: the same lives go to both, and what is shown on a day is compared."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

from customers.models import Customer
from events.models import Event
from loyalty.engine.events import Incoming
from loyalty.program.operations import apply_program
from loyalty.staff.sender import Sender
from loyalty.tiers.expiry.operations import expire_tiers
from loyalty.tiers.queries import Tier, tiers_config, tiers_of
from tests.engine import world
from tests.engine.both import configure
from tests.engine.model import Setup
from tests.tiers.histories import BERLIN, FIRST, LAST, OUTAGES, TIMER, Step, at_time
from tests.tiers.model import Block, Change, Programme, Structure, TierEvent

ONE_DAY = dt.timedelta(days=1)
EVERY_FEW_DAYS = 4


class Both:
    """`every`: so many days lie between those that are compared, apart from those on which something happened."""

    def __init__(self, setup: Setup, structures: Sequence[Structure], *, every: int = 1) -> None:
        configure(setup)
        self.every = every
        accept = ["checkout_accept"] if setup.accept else []
        modules = ["expiring_points", "multi_accounts", "tiers", *accept]
        document = {"settings": {"modules": modules}, "tiers": [as_item(one) for one in structures]}
        apply_program(document, by=Sender(None, at_time(FIRST, dt.time()) - ONE_DAY))
        self.model, self.config = Programme(setup, structures), tiers_config()
        self.tally: Counter[str] = Counter()
        self.taken = 0

    def live(self, steps: Sequence[Step]) -> None:
        """Nothing happens on most days: they are compared at intervals."""
        waiting = [list(batch) for _, batch in groupby(steps, key=lambda step: (step.at, step.customer))][::-1]
        for number in range((LAST - FIRST).days + 1):
            day, happened = FIRST + number * ONE_DAY, self._happened
            self._until(waiting, at_time(day, TIMER))
            if day not in OUTAGES:
                self.run_timers(day)
            self._until(waiting, at_time(day + ONE_DAY, dt.time()))
            if self._happened != happened or number % self.every == 0:
                self.compare(day)
        self.compare_events()

    @property
    def _happened(self) -> tuple[int, int]:
        return self.taken, sum(map(len, self.model.events.values()))

    def _until(self, waiting: list[list[Step]], end: dt.datetime) -> None:
        while waiting and waiting[-1][0].at < end:
            self.take(waiting.pop())

    def take(self, batch: list[Step]) -> None:
        """What one customer does at one instant: both sides take it, or both refuse it."""
        incoming = [self._as_incoming(step) for step in batch]
        accepted = [self._told_to_model(step) for step in batch]
        self.taken += 1
        for step, is_accepted, outcome in zip(batch, accepted, world.send(*incoming, at=batch[0].at), strict=True):
            assert (outcome.error is None) == is_accepted, (step, outcome.error, is_accepted)
            self.tally[_kind(step) if is_accepted else "refused"] += 1

    def _told_to_model(self, step: Step) -> bool:
        if step.sent:
            return self.model.send(step.sent, step.at)
        if step.change:
            return self.model.change(step.customer, step.structure, step.change, step.at)
        assert step.merge_into
        return self.model.merge(step.customer, step.merge_into, step.at)

    def _as_incoming(self, step: Step) -> Incoming:
        if step.sent:
            return Incoming(step.customer, step.sent.action, step.sent.data, account=step.sent.account)
        if step.change:
            return Incoming(step.customer, "tier_change", _as_data(step.structure, step.change))
        assert step.merge_into
        return world.merging(self.model.name_of(step.customer), self.model.name_of(step.merge_into))

    def run_timers(self, day: dt.date) -> None:
        """Those of tiers each night, the others at times: how late they are makes no difference to a level."""
        at = at_time(day, TIMER)
        if day.toordinal() % EVERY_FEW_DAYS == 0:
            self.model.run_timers(at)
            world.run_timers(at)
        self.model.expire(at)
        expire_tiers(now=lambda: at)

    # What is shown

    def compare(self, day: dt.date) -> None:
        people = list(Customer.objects.filter(public_id__in=list(self.model.statuses)).order_by("id"))
        found = tiers_of(people, at_time(day, dt.time(23, 59, 59)), self.config)
        for customer in people:
            shown = {tier.rule.slug: as_block(tier) for tier in found[customer.id]}
            for structure in self.model.structures:
                expected = self.model.read(customer.public_id, structure.id, day)
                self._agree((customer.public_id, structure, day), shown.get(structure.id), expected)

    def _agree(self, about: tuple[str, Structure, dt.date], found: Block | None, expected: Block | None) -> None:
        self.tally["blocks"] += 1
        assert found == expected, "\n".join((f"{about}:", *differences(found, expected)))

    def compare_events(self) -> None:
        for name in Customer.objects.values_list("public_id", flat=True):
            found, expected = told(name), self.model.events[name]
            for structure in self.model.structures:
                pair = [[one for one in events if one.structure == structure.id] for events in (found, expected)]
                assert pair[0] == pair[1], (name, structure, *_first_difference(*pair))
            self.tally.update(f"{one.action} {one.reason}" for one in found)


def _kind(step: Step) -> str:
    return step.sent.action if step.sent else "tier_change" if step.change else "customer_merge"


def _first_difference(found: list[TierEvent], expected: list[TierEvent]) -> tuple[Any, ...]:
    both = zip([*found, None], [*expected, None], strict=False)
    return next(((number, *pair) for number, pair in enumerate(both) if pair[0] != pair[1]), ())


def differences(found: Block | None, expected: Block | None) -> Iterator[str]:
    if found is None or expected is None:
        yield f"{found}, the model says {expected}"
        return
    for name, value in vars(found).items():
        if value != vars(expected)[name]:
            yield f"{name}: {value!r}, the model says {vars(expected)[name]!r}"


def as_block(tier: Tier) -> Block:
    return Block(
        tier.level.slug, tier.since.astimezone(BERLIN).date(), int(tier.level.threshold), tier.expires_on, tier.points,
        tier.points_after, (tier.next.slug, tier.missing) if tier.next else None, tier.standing.manual,
        {day: points for day, points in tier.day_points.items() if points},
    )  # fmt: skip


def told(customer: str) -> list[TierEvent]:
    rows = Event.objects.filter(customer__public_id=customer, action__startswith="tier_").order_by("id")
    return [as_event(row.action, row.data) for row in rows]


def as_event(action: str, data: dict[str, Any]) -> TierEvent:
    day = dt.date.fromisoformat(data["expdate"]) if data.get("expdate") else None
    after = data.get("tier") if action == "tier_change" else data.get("to")
    points = None if data.get("points") is None else Decimal(str(data["points"]))
    return TierEvent(action, data["structure"], data.get("from"), after, points, data.get("reason", "manual"), day)


def _as_data(structure: str, change: Change) -> dict[str, Any]:
    tier = {"tier": change.tier} if change.tier else {}
    day = {"expdate": change.last_day.isoformat() if change.last_day else ""} if change.names_day else {}
    return {"structure": structure, **tier, **day}


def as_item(structure: Structure) -> dict[str, Any]:
    """As the program file has it."""
    validity = structure.validity and {
        "until": structure.validity,
        **({"months": structure.validity_months} if structure.validity == "months" else {}),
    }
    levels = [
        {"id": one.id, "name": {"en": one.id}, "threshold": one.threshold, "kept": one.kept_for_good}
        for one in structure.levels
    ]
    return {
        "id": structure.id, "name": structure.id, "account": structure.account, "type": structure.type,
        "actions": sorted(structure.actions), "currency": structure.currency, "tiers": levels,
        "expiration_type": structure.expiration, "rolling_months": structure.rolling_months or None,
        "calendar_expirations": [f"{month:02}-{day:02}" for month, day in structure.dates],
        "initialise_at_opt_in": structure.initialise_at_opt_in, "downgrade": structure.downgrade,
        "method": structure.method, "validity": validity, "points_grace_days": structure.points_grace_days,
        "level_grace_days": structure.level_grace_days,
    }  # fmt: skip
