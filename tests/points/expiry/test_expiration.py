"""Other expiry dates for the points that chosen events have earned."""

import datetime as dt
import json
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from customers.models import Customer
from loyalty.engine.mechanism import Outcome
from loyalty.intake.once import AlreadyRecorded
from loyalty.points.expiry.changes import change_expiration
from loyalty.points.expiry.mechanism import MOST_EVENTS
from loyalty.points.expiry.operations import expire_points
from loyalty.refusals import Refused
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from loyalty.staff.sender import Sender
from tests.engine.world import NOW, accepted, configure, event, rows, send

pytestmark = pytest.mark.django_db
JUNE = dt.datetime(2026, 6, 30, 22, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def budapest(settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Budapest"


def recorded(outcome: Outcome) -> int:
    found: int = outcome.events[0].id
    return found


@pytest.fixture
def earned() -> list[int]:
    """ann's three earnings: 30 points, 12 until the end of April of which 2 are spent, 5."""
    accepted(event("ann", "opt_in"), event("bob", "opt_in"))
    outcomes = accepted(
        event("ann", "point_add", points=30),
        event("ann", "point_add", points=12, expdate="2026-04-30"),
        event("ann", "point_add", points=5),
    )
    accepted(event("ann", "point_spend", points=2))
    return [recorded(outcome) for outcome in outcomes]


def dates() -> list[dt.datetime | None]:
    return [date for (date,) in rows("SELECT expires_at FROM points_lot ORDER BY id")]


def refusal(**data: Any) -> str:
    error = send(event("ann", "point_expiration", **data))[0].error
    assert error is not None
    return error.message


def test_the_chosen_events_points_get_the_date_and_the_others_keep_theirs(earned: list[int]) -> None:
    [outcome] = accepted(event("ann", "point_expiration", events=earned[:2], expdate="2026-06-30"))

    assert dates() == [JUNE, JUNE, None]
    assert outcome.events[0].points == 0


def test_the_event_keeps_what_was_changed(earned: list[int]) -> None:
    accepted(
        event("ann", "point_expiration", events=[str(earned[1]), earned[0]], expdate="2026-06-30", reason="A gift")
    )

    data = json.loads(rows("SELECT data::text FROM events_event WHERE action = 'point_expiration'")[0][0])
    assert data == {
        "events": [str(earned[1]), str(earned[0])],
        "expdate": "2026-06-30",
        "reason": "A gift",
        "changed": [
            {"event": str(earned[0]), "points": 30, "expdate": None},
            {"event": str(earned[1]), "points": 10, "expdate": "2026-04-30"},
        ],
    }


@pytest.mark.parametrize("never", ["", None])
def test_an_empty_date_means_never(earned: list[int], never: str | None) -> None:
    accepted(event("ann", "point_expiration", events=[earned[1]], expdate=never))

    assert dates() == [None, None, None]


def test_ids_may_come_as_a_text_with_commas(earned: list[int]) -> None:
    accepted(event("ann", "point_expiration", events=f"{earned[0]}, {earned[2]},", expdate="2026-06-30"))

    assert dates()[::2] == [JUNE, JUNE]


def test_points_past_their_date_may_still_be_saved_before_the_timer_comes(earned: list[int]) -> None:
    later = NOW + dt.timedelta(days=90)

    accepted(event("ann", "point_expiration", events=[earned[1]], expdate="2026-06-30"), at=later)

    assert dates()[1] == JUNE


def test_an_event_without_remaining_points_is_named_and_nothing_changes(earned: list[int]) -> None:
    accepted(event("ann", "point_spend", points=10))
    [foreign] = accepted(event("bob", "point_add", points=7))

    for id in (earned[1], recorded(foreign), 2**62):
        message = refusal(events=[earned[0], id], expdate="2026-06-30")
        assert message == f"'events': the customer has no points left of event {id}"
    assert dates()[0] is None


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"expdate": "2026-06-30"}, "'events' property is required"),
        ({"events": [], "expdate": ""}, "'events' property is required"),
        ({"events": [1]}, "'expdate' property is required: a date, or empty for points that never expire"),
        ({"events": {"a": 1}, "expdate": ""}, f"'events' must be a list of at most {MOST_EVENTS} event IDs"),
        ({"events": [1] * 501, "expdate": ""}, f"'events' must be a list of at most {MOST_EVENTS} event IDs"),
        ({"events": ["x1"], "expdate": ""}, "'events' must hold event IDs: x1 is none"),
        ({"events": [True], "expdate": ""}, "'events' must hold event IDs: True is none"),
        ({"events": [None], "expdate": ""}, "'events' must hold event IDs: None is none"),
        ({"events": [2**63], "expdate": ""}, f"'events' must hold event IDs: {2**63} is none"),
        ({"events": [1], "expdate": "2026-02-28"}, "'expdate' must not be in the past"),
        ({"events": [1], "expdate": "soon"}, "'expdate' must be a date such as 2026-12-31"),
    ],
)
def test_a_malformed_change_is_refused(earned: list[int], data: dict[str, Any], message: str) -> None:
    assert refusal(**data) == message


def test_it_needs_the_module(earned: list[int]) -> None:
    configure(modules=[])

    assert "switched off" in refusal(events=[earned[0]], expdate="")


def test_the_new_date_is_what_expires(earned: list[int]) -> None:
    accepted(event("ann", "point_expiration", events=[earned[0]], expdate="2026-03-02"))

    assert expire_points(now=lambda: NOW + dt.timedelta(days=3)).points == 30


@pytest.mark.parametrize(("role", "may"), [(Role.MANAGER, True), (Role.ADMINISTRATOR, True), (Role.READ_ONLY, False)])
def test_staff_who_may_record_events_may_change_dates(earned: list[int], role: Role, may: bool) -> None:
    staff, ann = User.objects.create_user("sue", role=role), Customer.objects.get(public_id="ann")

    def change(token: str | None = None) -> Outcome:
        return change_expiration(
            customer=ann,
            events=earned[:1],
            day=dt.date(2026, 6, 30),
            by=Sender(staff, NOW, token=token),
            reason="Promised",
        ).result()

    if not may:
        with pytest.raises(PermissionDenied):
            change()
        assert dates()[0] is None
        return
    change("form-1")
    with pytest.raises(AlreadyRecorded):
        change("form-1")
    assert dates()[0] == JUNE
    assert rows("SELECT staff_id, source FROM events_event WHERE action = 'point_expiration'") == [
        (staff.pk, "back_office")
    ]


def test_the_operation_tells_the_engines_refusal(earned: list[int]) -> None:
    staff, ann = User.objects.create_user("sue", role=Role.MANAGER), Customer.objects.get(public_id="ann")

    with pytest.raises(Refused, match="no points left of event 99"):
        change_expiration(customer=ann, events=[99], day=None, by=Sender(staff, NOW))
