import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from customers.models import Customer
from loyalty.engine.status import Status
from loyalty.points.ledger.queries import balances_of
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from tests.factories import NOON, checkout, make_customer, tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client: Client) -> Client:
    client.force_login(User.objects.create_user("dana", role=Role.MANAGER))
    return client


@pytest.fixture
def pair() -> tuple[Customer, Customer]:
    """Who stays and who goes, if nobody chooses otherwise."""
    stays = make_customer("C-1", points=100, first_name="Zsófia", email="z@example.com")
    return stays, make_customer("C-2", points=30, first_name="Zs.", last_name="Kovács", shoe_size="38")


def compared(pair: tuple[Customer, Customer], query: str = "") -> str:
    return f"/customers/{pair[0].id}/merge/{pair[1].id}/{query}"


def rows_of(html: str) -> dict[str, list[str]]:
    """What the tables say, by the head of each row."""
    found = {}
    for row in re.findall(r"<tr[^>]*>(.*?)</tr>", html, re.S):
        cells = [
            " ".join(re.sub(r"<[^>]+>", " ", cell).split())
            for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)
        ]
        found[cells[0].removesuffix(" (differs)")] = cells[1:]
    return found


def test_the_other_profile_is_asked_for_and_named_by_no_personal_address(
    client: Client, pair: tuple[Customer, Customer]
) -> None:
    answer = client.post(f"/customers/{pair[0].id}/merge/", {"other": "C-2"})
    assert (answer.status_code, answer["Location"]) == (302, compared(pair))


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("nobody", "No customer has this ID."),
        ("C-1", "This is the ID of this very profile. Enter the other one&#x27;s."),
    ],
)
def test_an_id_that_names_no_other_profile_is_refused(
    client: Client, pair: tuple[Customer, Customer], typed: str, told: str
) -> None:
    answer = client.post(f"/customers/{pair[0].id}/merge/", {"other": typed})
    assert answer.status_code == 422
    assert told in answer.content.decode()


def test_both_profiles_stand_side_by_side_with_what_becomes_of_them(
    client: Client, pair: tuple[Customer, Customer]
) -> None:
    rows = rows_of(client.get(compared(pair)).content.decode())
    assert rows["First name"] == ["Zsófia", "Zs.", "Zsófia"]
    assert rows["Last name"] == ["–", "Kovács", "Kovács taken over"]
    assert rows["Shoe size"] == ["–", "38", "38 taken over"]
    assert rows["Spendable"] == ["100", "30", "130"]


def test_a_partial_merge_takes_no_custom_field_over(client: Client, pair: tuple[Customer, Customer]) -> None:
    rows = rows_of(client.get(compared(pair, "?kind=partial")).content.decode())
    assert rows["Shoe size"] == ["–", "38", "–"]
    assert rows["Last name"][2] == "Kovács taken over"


def test_the_other_profile_may_stay(client: Client, pair: tuple[Customer, Customer]) -> None:
    rows = rows_of(client.get(compared(pair, "?keep=other")).content.decode())
    assert rows["First name"] == ["Zs.", "Zsófia", "Zs."]


def test_the_merge_is_done_once_its_id_is_typed(client: Client, pair: tuple[Customer, Customer]) -> None:
    answer = client.post(compared(pair), {"confirmation": "C-2"})
    assert (answer.status_code, answer["Location"]) == (302, f"/customers/{pair[0].id}/")
    assert balances_of(pair[0].id)[0].spendable == 130
    assert Customer.objects.get(id=pair[1].id).status == Status.MERGED
    assert "The profiles were merged." in client.get(answer["Location"]).content.decode()
    assert client.get(compared(pair)).status_code == 404


def test_nothing_is_merged_while_another_id_is_typed(client: Client, pair: tuple[Customer, Customer]) -> None:
    answer = client.post(compared(pair), {"confirmation": "C-1"})
    assert answer.status_code == 422
    assert "This is not the ID C-2." in answer.content.decode()
    assert Customer.objects.get(id=pair[1].id).status == Status.ACTIVE


def test_why_a_merge_is_impossible_is_told_and_no_button_offered(
    client: Client, pair: tuple[Customer, Customer]
) -> None:
    Customer.objects.filter(id=pair[1].id).update(status=Status.SUSPENDED)
    html = client.get(compared(pair)).content.decode()
    assert "A suspended customer cannot be merged. Lift the suspension first." in html
    assert "confirmation" not in html
    answer = client.post(compared(pair), {"confirmation": "C-2"})
    assert answer.status_code == 422


def test_who_may_not_merge_is_told_so(client: Client, pair: tuple[Customer, Customer]) -> None:
    client.force_login(User.objects.create_user("ron", role=Role.READ_ONLY))
    assert client.get(compared(pair)).status_code == 403
    assert client.post(compared(pair), {"confirmation": "C-2"}).status_code == 403


def test_what_both_tell_of_alike_is_listed_after_the_merge(client: Client, pair: tuple[Customer, Customer]) -> None:
    tell(checkout(pair[0], "T-1", 40), at=NOON)
    tell(checkout(pair[1], "T-2", 40), at=NOON + timedelta(hours=2))
    answer = client.post(compared(pair), {"confirmation": "C-2"})
    assert answer["Location"] == f"/customers/{pair[0].id}/duplicates/"
    rows = rows_of(client.get(answer["Location"]).content.decode())
    assert rows["Checkout"][2:] == ["+40", "40.00"]


def test_a_profile_without_merges_has_no_duplicates(client: Client, pair: tuple[Customer, Customer]) -> None:
    assert "No duplicates found" in client.get(f"/customers/{pair[0].id}/duplicates/").content.decode()


def test_the_comparison_takes_as_many_queries_for_one_field_as_for_many(
    client: Client, pair: tuple[Customer, Customer]
) -> None:
    client.get(compared(pair))
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(compared(pair))
    Customer.objects.filter(id=pair[1].id).update(properties={f"f{number}": number for number in range(30)})
    with CaptureQueriesContext(connection) as many:
        client.get(compared(pair))
    assert len(few) == len(many)


def test_the_profile_of_an_active_customer_offers_the_merge(client: Client, pair: tuple[Customer, Customer]) -> None:
    link = f'href="/customers/{pair[0].id}/merge/"'
    assert link in client.get(f"/customers/{pair[0].id}/").content.decode()
    Customer.objects.filter(id=pair[0].id).update(status=Status.SUSPENDED)
    assert link not in client.get(f"/customers/{pair[0].id}/").content.decode()


def test_a_possible_duplicate_leads_to_the_comparison(client: Client, pair: tuple[Customer, Customer]) -> None:
    Customer.objects.filter(id=pair[1].id).update(email="z@example.com")
    assert f'href="{compared(pair)}"' in client.get(f"/customers/{pair[0].id}/").content.decode()
