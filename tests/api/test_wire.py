"""What an object of the wire declares is what is written, and what the description says of it."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Annotated, Any, Literal

import pytest
from django.db.models import TextChoices
from msgspec import UNSET, Meta, UnsetType

from loyalty.api.wire import Day, Number, WireObject, fields_of, known, optional_in, schema_of


class Colour(TextChoices):
    RED = "red"
    BLUE = "blue"


class HandleObject(WireObject):
    """What it is held by."""

    length: Number


class JugObject(WireObject):
    _id: Annotated[str, Meta(description="Its ID.")]
    made_on: Annotated[Day | None, Meta(description="When it was made.")]
    colour: Colour
    size: Literal["small", "large"]
    handles: list[HandleObject]
    prices: dict[str, Number]
    notes: dict[str, Any]
    cracked: Annotated[bool | UnsetType, Meta(description="Left out of those that are whole.")] = UNSET


JUG = JugObject(
    _id="7",
    made_on=None,
    colour=Colour.RED,
    size="small",
    handles=[HandleObject(length=Decimal("2.50"))],
    prices={"EUR": 3},
    notes={"of": ["clay", 1.5]},
)


def test_the_description_is_made_of_the_declaration() -> None:
    assert schema_of(JugObject) == {
        "title": "Jug",
        "type": "object",
        "properties": {
            "_id": {"type": "string", "description": "Its ID."},
            "made_on": {"type": ["string", "null"], "format": "date", "description": "When it was made."},
            "colour": {"type": "string", "enum": ["red", "blue"]},
            "size": {"type": "string", "enum": ["large", "small"]},
            "handles": {
                "type": "array",
                "items": {
                    "title": "Handle",
                    "type": "object",
                    "properties": {"length": {"type": "number"}},
                    "required": ["length"],
                    "additionalProperties": False,
                    "description": "What it is held by.",
                },
            },
            "prices": {"type": "object", "additionalProperties": {"type": "number"}},
            "notes": {"type": "object"},
            "cracked": {"type": "boolean", "description": "Left out of those that are whole."},
        },
        "required": ["_id", "made_on", "colour", "size", "handles", "prices", "notes"],
        "additionalProperties": False,
    }
    assert fields_of(JugObject) == schema_of(JugObject)["properties"]
    assert optional_in(JugObject) == {"cracked"}


def test_what_is_unset_is_left_out_and_decimals_keep_their_digits() -> None:
    written = JUG.written()

    assert written == {
        "_id": "7",
        "made_on": None,
        "colour": "red",
        "size": "small",
        "handles": [{"length": Decimal("2.50")}],
        "prices": {"EUR": 3},
        "notes": {"of": ["clay", 1.5]},
    }
    assert str(written["handles"][0]["length"]) == "2.50"


def test_none_is_unset_only_where_the_writer_says_so() -> None:
    assert (known(None), known(0), known("")) == (UNSET, 0, "")


def test_what_is_not_given_is_read_off_the_source_and_what_is_optional_is_not() -> None:
    source = SimpleNamespace(**{name: getattr(JUG, name) for name in JUG.__struct_fields__})
    source.cracked = True
    del source.size

    assert JugObject.of(source, size="large").written() == {**JUG.written(), "size": "large"}


def test_a_number_that_may_be_null_keeps_its_kind() -> None:
    class CupObject(WireObject):
        whole: int | None
        any_number: Number | None

    assert fields_of(CupObject) == {
        "whole": {"type": ["integer", "null"]},
        "any_number": {"type": ["number", "null"]},
    }


def test_a_union_of_other_kinds_is_refused() -> None:
    class OddObject(WireObject):
        odd: int | str

    with pytest.raises(TypeError, match="2 kinds has no schema yet"):
        schema_of(OddObject)


def test_what_has_no_schema_is_refused_where_it_is_declared() -> None:
    class OddObject(WireObject):
        odd: complex

    with pytest.raises(TypeError, match="complex has no schema yet"):
        schema_of(OddObject)
