"""What is read in the scratch database: every page of the navigation, a profile with its tabs, searches, and the API."""

import time
from collections.abc import Callable, Iterator
from statistics import median

from django.conf import settings
from django.test import Client
from django.test.utils import override_settings
from django.urls import reverse
from django.utils import timezone

from customers.life.celebrations import ANNIVERSARY, BIRTHDAY, record_celebrations
from customers.models import Customer
from customers.profile.frame import ProfileTab
from loyalty.api.keys.enums import KeyKind
from loyalty.api.keys.operations import create_api_key
from loyalty.contributions import contributed
from loyalty.points.expiry.operations import expire_points
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from loyalty.staff.sender import Sender
from loyalty.sync.operations import sweep
from loyalty.ui.navigation import Entry

SEARCHES = {"name": "First 7", "address": "customer.77@", "nobody": "nobody whom anybody knows"}
FILTERS = {
    "address": "email=customer.77@example.com",
    "name": "last_name=Last 77",
    "changed": "updated_at.gt=2100-01-01",
}


def medians(times: int) -> dict[str, float]:
    """In milliseconds; the first of each, which plans and imports, is left out."""
    # Static files need not have been collected for what is read here.
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(STORAGES={**settings.STORAGES, "staticfiles": plain}):
        return {name: round(_median(read, times), 1) for name, read in _reads()}


def _median(read: Callable[[], object], times: int) -> float:
    read()
    spent = []
    for _ in range(times):
        started = time.perf_counter()
        read()
        spent.append((time.perf_counter() - started) * 1000)
    return median(spent)


def _reads() -> Iterator[tuple[str, Callable[[], object]]]:
    staff, till = Client(), Client()
    staff.force_login(User.objects.create_superuser("benchmark", role=Role.ADMINISTRATOR))
    for name, address in _pages():
        yield f"page {name}", _get(staff, address)
    # Unsigned: the check of a signature costs the same for any number of customers.
    made = create_api_key(
        name="Reads", kind=KeyKind.DEVELOPMENT, requests_per_minute=None, by=Sender(None, timezone.now())
    )
    key, _ = made.result()
    for name, path in _paths():
        yield f"API {name}", _get(till, f"{path}{'&' if '?' in path else '?'}api_key={key.key}")
    yield from _timers()


def _pages() -> Iterator[tuple[str, str]]:
    for entry in contributed(Entry):
        yield str(entry.label), reverse(entry.url_name)
    listed = reverse("customers:list")
    for name, text in SEARCHES.items():
        yield f"search for {name}", f"{listed}?q={text}"
    for sort in ("name", "-email", "-login", "-joined", "-score", "spendable"):
        yield f"customers by {sort}", f"{listed}?sort={sort}"
    customer = Customer.objects.only("id").get(public_id="bench-7")
    for tab in contributed(ProfileTab):
        yield f"profile, {tab.label}", reverse(tab.page, args=[customer.id])


def _paths() -> Iterator[tuple[str, str]]:
    yield "customer", "/customers/bench-7"
    yield "count", "/customers/-/count"
    yield "events of a customer", "/customers/bench-7/events"
    for name, query in FILTERS.items():
        yield f"customers by {name}", f"/customers?{query}"
    yield "v1 customers", "/v1/customers"
    yield "v1 customers, newest", "/v1/customers?sort[0][field]=created_at&sort[0][direction]=desc"


def _timers() -> Iterator[tuple[str, Callable[[], object]]]:
    """That find nothing to do."""
    yield "timer birthdays", lambda: record_celebrations(BIRTHDAY, now=timezone.now)
    yield "timer anniversaries", lambda: record_celebrations(ANNIVERSARY, now=timezone.now)
    yield "timer expiry", lambda: expire_points(now=timezone.now)
    yield "timer outbox", sweep


def _get(client: Client, address: str) -> Callable[[], object]:
    def get() -> None:
        answer = client.get(address, follow=True)
        if answer.status_code != 200:
            raise SystemExit(f"{address} was answered with {answer.status_code}")

    return get
