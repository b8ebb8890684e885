"""The program file's `roles`: what roles may do, never who has them."""

from typing import Any

import pytest
from django.utils import timezone

from loyalty.people.queries import role_item
from loyalty.program.operations import apply_program, compare_program, export_program
from loyalty.program.section import Invalid
from loyalty.staff.models import StaffRole, User
from loyalty.staff.sender import Sender

pytestmark = pytest.mark.django_db
CASHIER = {
    "id": "cashier",
    "name": "Cashier",
    "rights": ["points.manage", "customers.view"],
    "limits": {"points_per_day": 50},
}


def apply(*items: dict[str, Any]) -> list[str]:
    found = apply_program({"roles": list(items)}, by=Sender(None, timezone.now())).result()
    return [str(change) for change in found.changes]


def problems(*items: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as raised:
        compare_program({"roles": list(items)})
    return raised.value.problems


def test_a_role_is_made_and_the_same_file_twice_is_no_change() -> None:
    assert apply(CASHIER)
    assert role_item("cashier") == {
        "id": "cashier",
        "name": "Cashier",
        "rights": ["customers.view", "points.manage"],
        "limits": {"points_per_action": None, "points_per_day": 50, "points_per_customer_and_day": None},
    }
    assert apply(CASHIER) == []


def test_what_is_left_out_stays() -> None:
    apply(CASHIER)

    assert apply({"id": "cashier", "rights": []}) == ['roles[cashier].rights: ["customers.view", "points.manage"] → []']
    assert StaffRole.objects.get(slug="cashier").points_per_day == 50


def test_neither_the_administrator_nor_anybody_is_in_it() -> None:
    User.objects.create_superuser("ada.lovelace")
    text = export_program()

    assert '"roles"' in text
    assert "administrator" not in text
    assert "ada.lovelace" not in text


@pytest.mark.parametrize(
    ("item", "problem"),
    [
        ({**CASHIER, "rights": ["stamps.view"]}, ("roles[0].rights[0]", "is no right: stamps.view")),
        (
            {**CASHIER, "rights": ["staff.manage"]},
            ("roles[0].rights[0]", "is a right of administrators alone: staff.manage"),
        ),
        (
            {**CASHIER, "rights": ["points.manage"]},
            ("roles[0].rights[0]", "cannot be used without customers.view"),
        ),
        ({**CASHIER, "name": "Manager"}, ("roles[manager].name", "is the name of another role")),
        (
            {"id": "administrator", "name": "Boss"},
            ("roles[0]", "cannot be in the file: an administrator may do everything"),
        ),
    ],
)
def test_what_cannot_be_is_refused_by_its_place(item: dict[str, Any], problem: tuple[str, str]) -> None:
    assert problem in problems(item)


def test_a_right_that_is_unknown_means_nothing_when_it_is_read() -> None:
    StaffRole.objects.create(slug="old", name="Old", rights=["stamps.view", "customers.view", "staff.manage"])
    user = User.objects.create_user("olga", role="old")

    assert user.granted.rights == {"customers.view"}
    item = role_item("old")
    assert item
    assert item["rights"] == ["customers.view"]
