"""The pages of labels, the tokens of a customer, and the list of customers by label."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from customers.models import Customer
from events.models import Event
from loyalty.staff.audit.models import AuditEntry
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from segments.labels.models import Label
from tests.labels.labels import held, known, member

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def staff(client: Client) -> User:
    made = User.objects.create_user("ada", role=Role.MANAGER)
    client.force_login(made)
    return made


def text_of(client: Client, page: str, *arguments: object, query: str = "") -> str:
    answer = client.get(f"{reverse(page, args=arguments)}{query}")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def post(client: Client, page: str, *arguments: object, status: int = 302, **data: str) -> str:
    answer = client.post(reverse(page, args=arguments), data)
    assert answer.status_code == status, answer.content
    return answer.content.decode()


def ann() -> int:
    return Customer.objects.get(public_id="ann").pk


def test_the_page_tells_identifier_status_and_number_of_customers(client: Client) -> None:
    assert "No labels yet" in text_of(client, "labels:list")
    member("ann", "Gold Club", "VIP")
    member("ben", "VIP")

    shown = text_of(client, "labels:list")
    assert shown.index("gold-club") < shown.index(">vip<")
    assert '<td class="num">2</td>' in shown
    found = text_of(client, "labels:list", query="?q=gold+cl")
    assert "gold-club" in found
    assert ">vip<" not in found


def test_view_lists_who_has_the_label(client: Client) -> None:
    member("ann", "VIP", first_name="Ann", last_name="Smith")
    member("ben")

    shown = text_of(client, "labels:members", "vip")
    assert all(word in shown for word in ("ann", "Active", "Ann", "Smith"))
    assert ">ben<" not in shown


def test_staff_give_a_label_and_take_it_again(client: Client) -> None:
    member("ann")

    post(client, "customer-labels", ann(), give="Gold Club")
    assert held("ann") == ["gold-club"]
    assert "Take the label Gold Club" in text_of(client, "customers:personal", ann())
    post(client, "customer-labels", ann(), take="gold-club")

    assert held("ann") == []
    told = Event.objects.filter(action="profile").order_by("id").values_list("data", "source")
    assert list(told) == [({"labels": ["Gold Club"]}, "back_office"), ({"remove_labels": ["gold-club"]}, "back_office")]
    trail = AuditEntry.objects.filter(operation__startswith="label.").order_by("id")
    assert list(trail.values_list("operation", flat=True)) == ["label.give", "label.take"]


def test_a_label_without_letters_says_so(client: Client) -> None:
    member("ann")

    answer = client.post(reverse("customer-labels", args=[ann()]), {"give": "!!!"}, headers={"HX-Request": "true"})

    assert answer.status_code == 403
    assert "without letters and digits" in answer["HX-Trigger"]


def test_staff_are_told_that_an_inactive_label_is_not_given(client: Client) -> None:
    member("ann", "VIP")
    member("ben")
    post(client, "labels:inactivate", "vip")

    answer = client.post(
        reverse("customer-labels", args=[Customer.objects.get(public_id="ben").id]),
        {"give": "VIP"},
        headers={"HX-Request": "true"},
    )

    assert answer.status_code == 403
    assert "names a label that is inactive: vip" in answer["HX-Trigger"]
    assert (held("ann"), held("ben")) == (["vip"], [])


def test_a_label_is_renamed_switched_off_and_merged(client: Client) -> None:
    member("ann", "VIP", "Best")

    post(client, "labels:edit", "vip", name="Very Best")
    assert known() == {"best": "Best", "very-best": "Very Best"}
    assert "has this identifier" in post(client, "labels:edit", "very-best", status=422, name="best")
    assert "at least one letter" in post(client, "labels:edit", "very-best", status=422, name="!!")
    post(client, "labels:inactivate", "very-best")
    assert Label.objects.get(slug="very-best").status == "inactive"
    post(client, "labels:activate", "very-best")
    post(client, "labels:merge", "very-best", into="best")

    assert (known(), held("ann")) == ({"best": "Best"}, ["best"])
    # What led to the one leads to the other.
    assert "Best" in text_of(client, "labels:members", "vip")


def test_customers_are_filtered_by_label_and_a_column_tells_theirs(client: Client) -> None:
    assert "Labels</th>" not in text_of(client, "customers:list").replace('">Labels', ">Labels")
    member("ann", "VIP", "New")
    member("ben", "New")

    shown = text_of(client, "customers:list", query="?label=vip")
    assert "New, VIP" in shown
    assert ">ben<" not in shown.replace(" ", "")


@pytest.mark.parametrize(
    ("role", "forbidden"),
    [
        (Role.READ_ONLY, {"labels:edit", "labels:merge", "customer-labels"}),
        (Role.SERVICE_AGENT, {"labels:edit", "labels:merge"}),
        (Role.MANAGER, set()),
    ],
)
def test_each_role_does_what_it_may(client: Client, role: Role, forbidden: set[str]) -> None:
    member("ann", "VIP")
    client.force_login(User.objects.create_user("sam", role=role))
    pages: dict[str, list[object]] = {
        "labels:list": [], "labels:members": ["vip"], "labels:edit": ["vip"], "labels:merge": ["vip"],
    }  # fmt: skip

    refused = {page for page, args in pages.items() if client.get(reverse(page, args=args)).status_code == 403}
    if client.post(reverse("customer-labels", args=[ann()]), {"give": "X"}).status_code == 403:
        refused.add("customer-labels")

    assert refused == forbidden
    assert ("Add label" in text_of(client, "customers:personal", ann())) == ("customer-labels" not in forbidden)


@pytest.mark.parametrize("page", ["labels:list", "labels:members", "customers:list"])
def test_more_rows_cost_no_more_queries(client: Client, page: str) -> None:
    counts = []
    for names in (["ann"], ["ben", "eve"]):
        for name in names:
            member(name, "VIP", f"own {name}")
        arguments = ["vip"] if page == "labels:members" else []
        text_of(client, page, *arguments)
        with CaptureQueriesContext(connection) as captured:
            text_of(client, page, *arguments)
        counts.append(len(captured))
    assert counts[0] == counts[1]
