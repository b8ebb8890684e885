"""Members are kept fresh: after events, at midnight and after a change; nothing is lost by a kill, nothing done twice."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection

from customers.erasure.mechanism import BAN
from customers.fields.models import Field
from loyalty.engine.events import Actor, Incoming
from loyalty.engine.record import record
from loyalty.program.operations import apply_program
from loyalty.program.section import Invalid
from loyalty.staff.sender import Sender
from loyalty.verify.comparison import compare
from loyalty.verify.health import all_checks
from segments.membership import operations
from segments.membership.operations import refresh_due, refresh_touched
from segments.membership.queries import change_members
from segments.models import Computation, Segment, Stay, Touch
from segments.queries import members_at, members_of, segments_of
from tests.engine.world import check_books, rows
from tests.merging import merge
from tests.segments.segmenting import START, buy, customer, done, item, local, make_segment, members, told, work

pytestmark = pytest.mark.django_db
EXAMPLE = "purchase total in currency EUR in the last 30 days is at least 100 and has not bought in the last 7 days"


@pytest.fixture(autouse=True)
def in_berlin(settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"


def test_sixty_and_forty_euros_in_thirty_days_and_no_checkout_in_seven() -> None:
    """In by 60 EUR 20 days ago and 40 EUR 8 days ago; out by 1 EUR 6 days ago; entered and left once each."""
    make_segment("buyers", EXAMPLE, announces=True)
    today = local("2025-06-30")
    for name in ("ann", "bob"):
        done("opt_in", local("2025-05-01"), name)
        buy(f"{name}-1", 60, today - dt.timedelta(days=20), name, currency="EUR")
        buy(f"{name}-2", 40, today - dt.timedelta(days=8), name, currency="EUR")
    buy("bob-3", 1, today - dt.timedelta(days=6), "bob", currency="EUR")

    work(today)

    assert members("buyers") == {"ann"}
    work(today + dt.timedelta(hours=1))
    buy("ann-3", 1, today, currency="EUR")
    work(today + dt.timedelta(hours=2))
    assert members("buyers") == set()
    assert told() == [("entered", "buyers"), ("left", "buyers")]
    assert told("bob") == []


def test_the_timer_lets_out_at_the_midnight_of_the_day_that_falls_out_of_the_window() -> None:
    make_segment("buyers", EXAMPLE, announces=True)
    done("opt_in", local("2025-05-01"))
    buy("1", 60, local("2025-06-10 23:59"), currency="EUR")
    buy("2", 40, local("2025-06-22"), currency="EUR")
    work(local("2025-06-30"))
    assert members("buyers") == {"ann"}

    work(local("2025-07-09 23:59"))
    assert members("buyers") == {"ann"}
    work(local("2025-07-10 00:00"))

    assert members("buyers") == set()
    stay = Stay.objects.get()
    assert stay.until == local("2025-07-10 00:00")
    assert told() == [("entered", "buyers"), ("left", "buyers")]


def test_only_the_touched_customers_are_looked_at_after_events() -> None:
    make_segment("buyers", "bought")
    for name in ("ann", "bob"):
        done("opt_in", customer=name)
    work()
    buy("1", 10, customer="bob")
    assert list(Touch.objects.values_list("customer__public_id", flat=True)) == ["bob"]
    Stay.objects.create(customer=customer("ann"), segment=Segment.objects.get(), since=START, entered_at=START)

    refresh_touched(now=lambda: START)

    assert members("buyers") == {"ann", "bob"}, "who was not touched is left as it was"
    assert not Touch.objects.exists()


def test_nobody_is_put_in_line_while_no_segment_is_computed() -> None:
    done("opt_in")
    make_segment("old", "everyone", status="inactive")
    done("login")

    assert not Touch.objects.exists()


def test_one_batch_puts_a_customer_in_line_once_and_a_refused_event_nobody() -> None:
    make_segment("buyers", "bought")
    done("opt_in")
    work()
    record([Incoming("ann", "login", {}), Incoming("ann", "login", {}), Incoming("ann", "unheard_of", {})],
           by=Actor("api"), at=START)  # fmt: skip

    assert Touch.objects.count() == 1


def test_only_segments_whose_answer_moves_with_the_day_are_computed_at_midnight() -> None:
    make_segment("buyers", "bought in the last 30 days")
    make_segment("germans", "country is DE")
    done("opt_in")
    work()

    assert refresh_due(now=lambda: START + dt.timedelta(days=1)) == ["buyers"]
    assert refresh_due(now=lambda: START + dt.timedelta(days=1)) == []


def test_an_edit_computes_the_segment_and_those_that_ask_for_its_members() -> None:
    make_segment("b-buyers", "bought")
    make_segment("a-loyal", "in segment b-buyers and country is DE")
    done("opt_in", country="DE")
    work()
    assert members("a-loyal") == set()

    make_segment("b-buyers", "everyone")

    assert refresh_due(now=lambda: START) == ["b-buyers", "a-loyal"], "the one that is asked for comes first"
    assert members("a-loyal") == {"ann"}


def test_a_midnight_that_moves_a_segment_moves_those_that_ask_for_its_members() -> None:
    """And those that ask for theirs; nothing else happens to the customer."""
    make_segment("c-buyers", "bought in the last 30 days")
    make_segment("b-asleep", "not in segment c-buyers")
    make_segment("a-waking", "in segment b-asleep")
    done("opt_in")
    buy("T-1", 60)
    work()
    assert (members("b-asleep"), members("a-waking")) == (set(), set())

    assert refresh_due(now=lambda: START + dt.timedelta(days=30)) == ["c-buyers", "b-asleep", "a-waking"]
    assert (members("b-asleep"), members("a-waking")) == ({"ann"}, {"ann"})
    assert refresh_due(now=lambda: START + dt.timedelta(days=31)) == ["c-buyers"], "nobody moved"


def killed(*args: Any, **kwargs: Any) -> None:
    """As soon as the members have been changed."""
    change_members(*args, **kwargs)
    raise KeyboardInterrupt


def test_a_killed_computation_leaves_the_last_complete_members_and_is_gone_on_with(monkeypatch: Any) -> None:
    make_segment("buyers", "bought")
    done("opt_in")
    work()
    complete = Computation.objects.get().computed_at
    make_segment("buyers", "everyone")
    with monkeypatch.context() as patch:
        patch.setattr(operations, "change_members", killed)
        with pytest.raises(KeyboardInterrupt):
            refresh_due(now=lambda: START)

    assert members("buyers") == set()
    assert (Computation.objects.get().computed_at, Computation.objects.get().is_due) == (complete, True)
    work()
    assert members("buyers") == {"ann"}
    assert Stay.objects.count() == 1


def test_a_computation_that_fails_says_so_and_is_tried_again_after_a_pause(monkeypatch: Any) -> None:
    make_segment("buyers", "everyone")
    done("opt_in")
    monkeypatch.setattr(operations, "bound_time", lambda seconds: _fail())

    refresh_due(now=lambda: START)
    assert "did not complete" in Computation.objects.get().problem
    assert refresh_due(now=lambda: START) == [], "not again and again"
    monkeypatch.undo()
    assert refresh_due(now=lambda: START + dt.timedelta(minutes=11)) == ["buyers"]
    assert Computation.objects.get().problem == ""


def _fail() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")


def test_a_segment_whose_rule_could_not_be_read_is_computed_once_it_can() -> None:
    """The field that it asks for is switched off, something happens to a customer, and it is switched on again."""
    field = Field.objects.create(slug="shoe_size", name="Shoe size", type="numeric")
    make_segment("large", "field shoe_size is at least 46")
    done("opt_in")
    work()
    field.active = False
    field.save()
    rows("UPDATE customers_customer SET properties = '{\"shoe_size\": 47}'")
    done("login")
    work()
    assert members("large") == set()
    assert Computation.objects.get().is_due
    field.active = True
    field.save()

    work(START + dt.timedelta(minutes=11))

    assert members("large") == {"ann"}
    assert not Computation.objects.get().is_due


def test_who_was_in_it_is_told_by_two_clocks() -> None:
    """A purchase of 1 March that became known on 5 March."""
    segment = make_segment("buyers", "bought")
    done("opt_in", local("2025-02-01"))
    work(local("2025-02-02"))
    buy("1", 10, local("2025-03-05"), effective_timestamp=local("2025-03-01").isoformat())
    work(local("2025-03-05"))
    third = local("2025-03-03")

    assert [one.public_id for one in members_at(segment, third)] == ["ann"]
    assert list(members_at(segment, third, as_known=True)) == []
    assert [one.public_id for one in members_at(segment, local("2025-03-06"), as_known=True)] == ["ann"]


def test_an_inactive_segment_is_frozen_and_an_archived_one_empty_for_good() -> None:
    make_segment("buyers", "bought", announces=True)
    done("opt_in")
    buy("1", 10)
    work()
    make_segment("buyers", "bought", status="inactive", announces=True)
    buy("2", 10, customer="ann")
    done("opt_in", customer="bob")
    buy("3", 10, customer="bob")
    work()
    assert members("buyers") == {"ann"}

    make_segment("buyers", "bought", status="archived", announces=True)
    work()

    assert members("buyers") == set()
    with pytest.raises(Invalid, match="stays archived"):
        make_segment("buyers", "bought", status="active")


def test_a_segment_that_another_one_asks_for_cannot_be_archived() -> None:
    make_segment("buyers", "bought")
    make_segment("loyal", "in segment buyers")

    with pytest.raises(Invalid, match="cannot be archived while these use it: Loyal"):
        make_segment("buyers", "bought", status="archived")


def test_segments_that_lead_back_to_themselves_are_refused_with_the_circle() -> None:
    make_segment("a", "bought")
    make_segment("b", "in segment a")

    with pytest.raises(Invalid, match="leads back to itself: a → b → a"):
        apply_program({"segments": [item("a", "in segment b")]}, by=Sender(None, START))


def test_departed_customers_are_in_neither_list_nor_count() -> None:
    segment = make_segment("all", "everyone")
    for name in ("ann", "bob", "eve", "old"):
        done("opt_in", customer=name)
    work()
    staff = Actor("back_office", grants=frozenset({BAN}))
    record([Incoming("bob", "opt_out", {})], by=staff, at=START)
    merge(customer("old"), customer("ann"), START)

    assert members("all") == {"ann", "eve"}
    work(START + dt.timedelta(minutes=1))

    assert members("all") == {"ann", "eve"}
    assert Computation.objects.get().members == members_of(segment).count() == 2
    assert not Stay.objects.filter(customer__status="opted_out").exists()


def test_a_merge_brings_the_survivor_into_what_the_other_had_done() -> None:
    make_segment("reviewers", "has done review_submit")
    for name in ("ann", "old"):
        done("opt_in", customer=name)
    done("review_submit", customer="old")
    work()
    assert members("reviewers") == {"old"}

    merge(customer("old"), customer("ann"), START + dt.timedelta(hours=1))
    work(START + dt.timedelta(hours=1))

    assert members("reviewers") == {"ann"}


def test_the_segments_of_customers_are_read_in_one_statement(django_assert_num_queries: Any) -> None:
    make_segment("all", "everyone")
    make_segment("buyers", "bought")
    for name in ("ann", "bob"):
        done("opt_in", customer=name)
    buy("1", 10)
    work()

    people = [customer("ann"), customer("bob")]
    with django_assert_num_queries(1):
        found = segments_of(people)

    assert [[one.id for one in found[person.id]] for person in people] == [["all", "buyers"], ["all"]]


def test_verify_finds_a_member_whom_no_computation_has_let_in() -> None:
    segment = make_segment("buyers", "bought")
    done("opt_in")
    work()
    check_books()
    Stay.objects.create(customer=customer(), segment=segment, since=START, entered_at=START)

    found = compare(all_checks(), limit=10)

    assert [(one.check, one.stored, one.recomputed) for one in found.mismatches] == [
        ("segments", {"is_member": True}, {"is_member": False})
    ]
