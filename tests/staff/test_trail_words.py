"""What was before and after, as people read it."""

from typing import Any

import pytest

from loyalty.accounts.models import Account
from loyalty.staff.audit.words import differences

CASES: dict[str, tuple[dict[str, Any], dict[str, Any], list[tuple[str, str, str]]]] = {
    "a field": ({"name": "Points"}, {"name": "Stars"}, [("Name", "Points", "Stars")]),
    "what is the same is left out": ({"name": "a", "slug": "b"}, {"name": "a", "slug": "c"}, [("ID", "b", "c")]),
    "what was empty": ({}, {"name": "Stars"}, [("Name", "–", "Stars")]),
    "what is yes or no": ({"negative_points": False}, {"negative_points": True}, [("May go negative", "No", "Yes")]),
    "a choice by its label": ({"type": "standard"}, {"type": "status_points"}, [("Type", "Standard", "Status points")]),
    "several at once": ({}, {"expiry_actions": ["refund", "checkout"]}, [("Activities", "–", "refund, checkout")]),
    "a row below": (
        {"burnrate:100 = 1 EUR": {"points": 100}},
        {"burnrate:100 = 1 EUR": {"points": 200}},
        [("Burn rate 100 = 1 EUR › Points", "100", "200")],
    ),
    "an item of a list by its ID": (
        {"tiers": [{"id": "gold", "threshold": 5}]},
        {"tiers": [{"id": "gold", "threshold": 7}]},
        [("Tiers › gold › Threshold", "5", "7")],
    ),
    "a place in the program file": (
        {"accounts[main].currency_label": "points"},
        {"accounts[main].currency_label": "stars"},
        [("Accounts › main › Currency label", "points", "stars")],
    ),
    "nothing": ({}, {}, []),
}


@pytest.mark.parametrize("name", CASES)
def test_a_difference_is_told_by_the_label_of_its_field(name: str) -> None:
    before, after, told = CASES[name]
    assert [(one.label, one.before, one.after) for one in differences(before, after, {}, Account)] == told


def test_the_labels_of_the_operation_come_before_those_of_the_table() -> None:
    [one] = differences({}, {"name": "x"}, {"name": "Called"}, Account)
    assert one.label == "Called"
