"""An attribute that is a field but for its spelling is refused with the right name: kept, it would stand beside the field."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from customers.fields.models import Field
from customers.models import Customer
from loyalty.program.operations import apply_program
from loyalty.program.section import Invalid
from loyalty.staff.sender import Sender
from tests.engine.world import accepted, event, send

pytestmark = pytest.mark.django_db


def refusal(action: str, **data: Any) -> str:
    [outcome] = send(event("ann", action, **data))
    return outcome.error.message if outcome.error else ""


@pytest.fixture(autouse=True)
def shoes() -> None:
    Field.objects.create(slug="shoe_size", name="Shoe size")


@pytest.mark.parametrize("action", ["opt_in", "subscribe", "profile"])
@pytest.mark.parametrize(
    ("name", "meant"),
    [("Email", "email"), ("First Name", "first_name"), ("birthdate", "birth_date"), ("Shoe-Size", "shoe_size")],
)
def test_an_attribute_that_is_a_field_but_for_its_spelling_is_refused_with_the_right_name(
    action: str, name: str, meant: str
) -> None:
    if action == "profile":
        accepted(event("ann", "opt_in"))
    message = refusal(action, **{name: "42"})
    assert f"'{name}' is no " in message
    assert f"did you mean '{meant}'? Call it so, or leave it out" in message
    assert not Customer.objects.filter(properties__has_key=name).exists()


def test_an_answer_that_is_a_field_but_for_its_spelling_is_refused() -> None:
    accepted(event("ann", "opt_in"))
    assert "did you mean 'shoe_size'" in refusal(
        "profiling_answer", question="Your shoes?", attribute="ShoeSize", answer="42"
    )


def test_an_attribute_that_is_the_score_but_for_its_spelling_is_refused() -> None:
    assert refusal("opt_in", Spendable=900) == (
        "'Spendable' is 'spendable' but for its spelling, and cannot be set by an event: leave it out"
    )


def test_attributes_that_nobody_defined_are_kept_as_they_were_sent() -> None:
    accepted(event("ann", "opt_in", shoe_size="42", favouriteColour="red", shoe="Oxford"))
    assert Customer.objects.get().properties == {"shoe_size": "42", "favouriteColour": "red", "shoe": "Oxford"}


@pytest.mark.parametrize(("slug", "twin"), [("firstname", "first_name"), ("shoesize", "shoe_size")])
def test_no_new_field_differs_from_another_by_its_spelling_alone(slug: str, twin: str) -> None:
    with pytest.raises(ValidationError, match=f"The field “{twin}” has this name already"):
        Field(slug=slug, name="Twin").full_clean()
    given = {"customer_fields": [{"id": slug, "name": "Twin"}]}
    with pytest.raises(Invalid, match=f"is “{twin}” but for its spelling"):
        apply_program(given, by=Sender(None, timezone.now()))


def test_fields_that_were_twins_before_can_still_be_changed() -> None:
    Field.objects.create(slug="shoesize", name="Old")
    field = Field.objects.get(slug="shoesize")
    field.name = "New"
    field.full_clean()
    assert refusal("opt_in", shoesize="42") == ""
