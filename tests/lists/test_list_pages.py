"""The pages of lists: what each role may do, what is said when it cannot be done, and what the pages cost."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from loyalty import composition, contributions
from loyalty.staff.audit.models import AuditEntry
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from segments.lists.bindings import ListUse
from segments.lists.models import CustomerList
from tests.engine.world import accepted, event
from tests.lists.lists import ann, make_lists, members, on, put, set_status, statuses

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def staff(client: Client) -> User:
    made = User.objects.create_user("ada", role=Role.MANAGER)
    client.force_login(made)
    return made


def text_of(client: Client, name: str, *arguments: object, query: str = "", status: int = 200, **more: Any) -> str:
    answer = client.get(f"{reverse(name, args=arguments)}{query}", **more)
    assert answer.status_code == status
    return " ".join(answer.content.decode().split())


def post(client: Client, page: str, *arguments: object, status: int = 302, **data: Any) -> Any:
    answer = client.post(reverse(page, args=arguments), data)
    assert answer.status_code == status, answer.content
    return answer


def test_before_the_first_list_the_page_offers_to_create_one(client: Client) -> None:
    assert "No such list yet" in text_of(client, "lists:list")


def test_a_list_that_staff_create_is_active(client: Client) -> None:
    post(client, "lists:new", name="Testers")

    made = CustomerList.objects.get()
    assert (made.name, made.status) == ("Testers", "active")
    assert "Nobody is on this list" in text_of(client, "lists:members", made.slug)


def test_the_page_tells_name_status_and_size_and_archived_ones_apart(client: Client) -> None:
    make_lists("vip", "gone")
    members("ann")
    put("ann", "vip")
    set_status("gone", "inactive", "archived")

    shown = text_of(client, "lists:list")
    assert "Vip" in shown
    assert "Gone" not in shown
    assert "Gone" in text_of(client, "lists:list", query="?status=archived")


def test_who_is_typed_is_found_by_name_or_address_and_put_on_the_list(client: Client) -> None:
    make_lists("vip")
    accepted(event("ann", "opt_in", first_name="Ann", last_name="Smith", email="ann@example.com"))

    for text in ("smith", "ann@exa", "Ann Smith"):
        assert "Add Ann Smith" in text_of(client, "lists:members", "vip", query=f"?q={text}")
    post(client, "lists:add", "vip", ann().id)

    assert on("vip") == ["ann"]
    shown = text_of(client, "lists:members", "vip", query="?q=smith")
    assert "On the list" in shown
    assert "Add Ann Smith" not in shown


def test_only_active_customers_are_found(client: Client) -> None:
    make_lists("vip")
    accepted(event("ann", "opt_in", last_name="Smith"), event("ann", "suspend"))

    assert "No active customer matches" in text_of(client, "lists:members", "vip", query="?q=smith")


def test_adding_twice_says_why_not(client: Client) -> None:
    make_lists("vip")
    members("ann")
    put("ann", "vip")

    answer = client.post(reverse("lists:add", args=["vip", ann().id]), headers=HTMX)

    assert answer.status_code == 403
    assert "on the list already" in answer["HX-Trigger"]


def test_a_member_is_taken_off_once_that_is_confirmed(client: Client) -> None:
    make_lists("vip")
    members("ann")
    put("ann", "vip")

    assert "taken off the list" in text_of(client, "lists:remove", "vip", ann().id)
    assert on("vip") == ["ann"]
    post(client, "lists:remove", "vip", ann().id)
    assert on("vip") == []
    assert "not on the list any more" in post(client, "lists:remove", "vip", ann().id, status=422).content.decode()


def test_a_list_is_renamed_switched_off_and_archived(client: Client) -> None:
    make_lists("vip")

    post(client, "lists:edit", "vip", name="Best")
    post(client, "lists:inactivate", "vip")
    post(client, "lists:activate", "vip")
    assert "Archive" not in text_of(client, "lists:edit", "vip", headers=HTMX)
    post(client, "lists:inactivate", "vip")
    assert "Archive" in text_of(client, "lists:edit", "vip", headers=HTMX)
    post(client, "lists:archive", "vip")

    assert (CustomerList.objects.get().name, statuses()) == ("Best", [("vip", "archived")])
    told = AuditEntry.objects.filter(subject="customer_list:vip").order_by("id").values_list("operation", flat=True)
    assert list(told) == ["list.change"] * 4 + ["list.archive"]
    for page in ("lists:edit", "lists:archive", "lists:inactivate"):
        text_of(client, page, "vip", status=404)
    assert "This list is archived" in text_of(client, "lists:members", "vip")


@contextmanager
def used_by(*names: str) -> Iterator[None]:
    before = composition.CONTRIBUTIONS
    composition.CONTRIBUTIONS = (*before, ListUse(lambda slug: names))
    contributions._contributed.cache_clear()
    try:
        yield
    finally:
        composition.CONTRIBUTIONS = before
        contributions._contributed.cache_clear()


def test_a_list_that_is_used_says_by_what(client: Client) -> None:
    make_lists("vip", status="inactive")

    with used_by("Free coffee"):
        shown = post(client, "lists:archive", "vip", status=422).content.decode()

    assert "The list is used by: Free coffee" in shown
    assert statuses() == [("vip", "inactive")]


def test_the_members_are_exported_and_the_trail_says_so(client: Client) -> None:
    make_lists("vip")
    accepted(event("ann", "opt_in", first_name="Ann", email="ann@example.com"))
    put("ann", "vip")

    body = client.get(reverse("lists:export", args=["vip"])).getvalue().decode()

    assert '"ann","vip","ann@example.com","Ann"' in body
    assert AuditEntry.objects.get(operation="list.export").after == {"members": 1}


def test_customers_are_filtered_by_list_and_their_overview_names_theirs(client: Client) -> None:
    make_lists("vip")
    members("ann", "ben")
    put("ann", "vip")

    shown = text_of(client, "customers:list", query="?list=vip")
    assert ">ann<" in shown.replace(" ", "")
    assert ">ben<" not in shown.replace(" ", "")
    assert "Vip" in text_of(client, "customers:overview", ann().id)


@pytest.mark.parametrize(
    ("role", "forbidden"),
    [
        (Role.READ_ONLY, {"lists:new", "lists:edit", "lists:archive", "lists:export", "lists:remove"}),
        (Role.SERVICE_AGENT, {"lists:new", "lists:edit", "lists:archive", "lists:export"}),
        (Role.MANAGER, set()),
    ],
)
def test_each_role_does_what_it_may(client: Client, role: Role, forbidden: set[str]) -> None:
    make_lists("vip", status="inactive")
    members("ann")
    put("ann", "vip")
    client.force_login(User.objects.create_user("sam", role=role))
    pages: dict[str, list[object]] = {
        "lists:list": [], "lists:new": [], "lists:members": ["vip"], "lists:edit": ["vip"], "lists:archive": ["vip"],
        "lists:export": ["vip"], "lists:remove": ["vip", ann().id],
    }  # fmt: skip

    refused = {name for name, args in pages.items() if client.get(reverse(name, args=args)).status_code == 403}
    shown = text_of(client, "lists:list") + text_of(client, "lists:members", "vip")

    assert refused == forbidden
    for name in forbidden:
        assert reverse(name, args=pages[name]) not in shown


@pytest.mark.parametrize("page", ["lists:list", "lists:members"])
def test_more_rows_cost_no_more_queries(client: Client, page: str) -> None:
    make_lists("vip")
    counts = []
    for number, names in enumerate((["ann"], ["ben", "eve"])):
        members(*names)
        make_lists(*(f"l{number}{name}" for name in names))
        for name in names:
            put(name, "vip")
        arguments = [] if page == "lists:list" else ["vip"]
        text_of(client, page, *arguments)
        with CaptureQueriesContext(connection) as captured:
            text_of(client, page, *arguments)
        counts.append(len(captured))
    assert counts[0] == counts[1]
