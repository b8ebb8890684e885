"""The queue of bulk requests: who sees it, what it tells, and what it costs."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from loyalty.bulk import operations
from loyalty.bulk.kinds import Item
from loyalty.bulk.models import BulkRequest
from loyalty.bulk.operations import accept
from loyalty.staff.audit.models import AuditEntry
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from tests.bulk.gifts import GIFT, done, members, room_of_gifts
from tests.engine.world import BY, NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def gifts(client: Client) -> Iterator[None]:
    client.force_login(User.objects.create_user("ada", role=Role.MANAGER))
    with room_of_gifts():
        yield


def asked(*names: str, batch: str = "", target: str = "summer") -> BulkRequest:
    return accept(GIFT, target, map(Item, names), by=BY, at=NOW, batch=batch)


def text_of(client: Client, name: str, *arguments: object) -> str:
    answer = client.get(reverse(name, args=arguments))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_before_the_first_request_the_page_says_what_will_be_there(client: Client) -> None:
    assert "No bulk requests yet" in text_of(client, "bulk:list")


def test_the_queue_tells_type_status_batch_customers_and_errors(client: Client) -> None:
    members("ann")
    done(asked("ann", "nobody", batch="spring-1"))
    asked("ann", batch="spring-2", target="other")

    shown = text_of(client, "bulk:list")

    assert all(
        word in shown for word in ("spring-1", "spring-2", "Gift", "Done", "Queued", "summer", "1 errors of spring-1")
    )
    assert "every 2s" in shown


def test_a_queue_that_is_done_asks_no_more(client: Client) -> None:
    members("ann")
    done(asked("ann"))

    assert "every 2s" not in text_of(client, "bulk:list")


def test_a_request_shows_its_errors_by_customer_code_and_message(client: Client) -> None:
    request = done(asked("nobody", batch="b"))

    shown = text_of(client, "bulk:request", request.pk)

    assert "nobody" in shown
    assert "160212" in shown
    assert "Customer not found" in shown
    assert "every 1s" not in shown


def test_a_request_at_work_tells_how_far_it_is(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "CHUNK", 1)
    request = asked("ann", "ben")

    shown = text_of(client, "bulk:request", request.pk)

    assert "0 %, 0 of 2" in shown
    assert "every 1s" in shown


def test_errors_are_downloaded_and_the_trail_says_so(client: Client) -> None:
    request = done(asked("nobody"))

    answer = client.get(reverse("bulk:errors", args=[request.pk]))

    body = answer.getvalue().decode()
    assert '"nobody","160212","Customer not found"' in body
    assert AuditEntry.objects.get(operation="bulk.download_errors").subject == f"bulk:{request.pk}"


@pytest.mark.parametrize("page", ["bulk:list", "bulk:request", "bulk:errors"])
def test_without_the_right_there_is_nothing_to_see(client: Client, page: str) -> None:
    request = done(asked("nobody"))
    client.force_login(User.objects.create_user("dana", role=Role.SERVICE_AGENT))

    assert client.get(reverse(page, args=[] if page == "bulk:list" else [request.pk])).status_code == 403


def test_more_requests_cost_no_more_queries(client: Client) -> None:
    counts = []
    for more in (["a"], ["b", "c"]):
        for batch in more:
            asked("ann", batch=batch, target=batch)
        client.get(reverse("bulk:list"))
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("bulk:list"))
        counts.append(len(captured))
    assert counts[0] == counts[1]
