"""Whoever leaves a group sees its records no more: the next request of every session feels it."""

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from loyalty.staff.models import User
from tests.factories import make_customer
from tests.groups.groups import join, leave, make_groups, person, put, switch_on

SESSIONS, ROUNDS = 4, 3


@pytest.fixture
def address(committed_db: None) -> str:
    """Of a customer in the group `spain`."""
    make_groups(spain=None)
    ann = make_customer("ann")
    put("ann", "spain")
    switch_on()
    return f"/customers/{ann.id}/"


def _sessions(user: User) -> list[Client]:
    clients = [Client() for _ in range(SESSIONS)]
    for client in clients:
        client.force_login(user)
    return clients


def _open(client: Client, address: str) -> int:
    try:
        return client.get(address).status_code
    finally:
        connection.close()


def answers_after_leaving(address: str) -> set[int]:
    """What all sessions are told whose requests begin once the group is left, while others are still going on."""
    user = person("sue", "manager", "spain")
    clients, found = _sessions(user), set()
    with ThreadPoolExecutor(2 * SESSIONS) as pool:
        for _ in range(ROUNDS):
            before = [pool.submit(_open, client, address) for client in clients]
            assert before[0].result() == 200
            leave(user, "spain")
            after = [pool.submit(_open, client, address) for client in clients]
            found |= {one.result() for one in after}
            assert {one.result() for one in before} <= {200, 404}
            join(user, "spain")
    return found


def test_every_session_feels_at_once_that_a_group_was_left(address: str) -> None:
    assert answers_after_leaving(address) == {404}


def test_groups_that_were_kept_for_a_while_would_be_seen(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control."""
    read: Any = User.reach.fget  # type: ignore[attr-defined]
    kept = cache(lambda pk: read(User.objects.with_roles().get(pk=pk)))
    monkeypatch.setattr(User, "reach", property(lambda user: kept(user.pk)))

    assert 200 in answers_after_leaving(address)
