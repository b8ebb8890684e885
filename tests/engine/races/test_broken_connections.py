"""A connection that broke while it was idle costs no event; one that breaks at the commit is not tried again blindly."""

from collections.abc import Sequence

import psycopg
import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from customers.models import Customer
from loyalty import environment
from loyalty.engine.events import Actor, Incoming
from loyalty.engine.mechanism import Outcome
from loyalty.engine.record import record
from loyalty.engine.storage.store import Copy, Session
from loyalty.engine.storage.wire import Statement

pytestmark = pytest.mark.usefixtures("committed_db")


def opt_in(customer: str) -> list[Outcome]:
    return record([Incoming(customer, "opt_in", {})], by=Actor("api"), at=timezone.now())


def break_connection() -> None:
    with psycopg.connect(environment.read().database_url, autocommit=True) as other:
        pid = connection.connection.info.backend_pid
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


def test_an_event_over_a_connection_that_broke_before_is_recorded_once() -> None:
    opt_in("first")
    break_connection()

    outcomes = opt_in("second")

    assert outcomes[0].error is None
    assert sorted(Customer.objects.values_list("public_id", flat=True)) == ["first", "second"]


def test_a_connection_that_breaks_while_writing_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    opt_in("first")
    write = Session.write

    def break_and_write(session: Session, steps: Sequence[Statement | Copy]) -> None:
        break_connection()
        write(session, steps)

    monkeypatch.setattr(Session, "write", break_and_write)

    with pytest.raises(DatabaseError):
        opt_in("second")
    monkeypatch.undo()
    connection.close()
    assert list(Customer.objects.values_list("public_id", flat=True)) == ["first"]


def test_an_interrupted_conversation_ends_the_connection_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    opt_in("first")
    raw = connection.connection

    class TimeLimit(BaseException):
        pass

    def interrupted(*args: object) -> None:
        raise TimeLimit

    monkeypatch.setattr(raw, "wait", interrupted)
    with pytest.raises(TimeLimit):
        opt_in("second")

    assert raw.closed
    connection.close()
    assert [outcome.error for outcome in opt_in("third")] == [None]
    assert sorted(Customer.objects.values_list("public_id", flat=True)) == ["first", "third"]
