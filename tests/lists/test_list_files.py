"""Files of members, and the program file's `lists`."""

import json

import pytest

from loyalty.program.operations import apply_program, export_program
from loyalty.program.section import Invalid
from tests.lists.lists import BY, make_lists, members, on, statuses, take_off
from tests.transfer.conftest import Import, refusals
from tests.transfer.conftest import import_text as import_text

pytestmark = pytest.mark.django_db


def test_each_row_puts_its_customer_on_its_list(import_text: Import) -> None:
    make_lists("vip", "test")
    members("ann", "ben")

    job = import_text("id,customer_list\nann,vip\nann,test\nben,vip\nnobody,vip\nben,nothing\nben,\n", "customer_lists")

    assert (on("vip"), on("test")) == (["ann", "ben"], ["ann"])
    assert (job.recorded, job.refused) == (3, 3)
    assert [(line, reason) for line, _, reason, *_ in refusals(job)] == [
        (5, "Customer not found"),
        (6, "Customer List not found"),
        (7, "'customer_list' property is required"),
    ]


def test_a_file_puts_somebody_on_the_list_again_who_was_taken_off_since_the_last_one(import_text: Import) -> None:
    make_lists("vip")
    members("ann", "ben")
    text = "id,customer_list\nann,vip\nben,vip\n"
    first = import_text(text, "customer_lists")
    assert take_off("ann", "vip").error is None

    again, third = import_text(text, "customer_lists"), import_text(text, "customer_lists", rows=1)

    assert [(job.recorded, job.unchanged, job.refused) for job in (first, again, third)] == [
        (2, 0, 0),
        (1, 1, 0),
        (0, 2, 0),
    ]
    assert on("vip") == ["ann", "ben"]


def test_the_program_file_says_what_lists_there_are() -> None:
    make_lists("vip")

    told = json.loads(export_program())["lists"]
    assert told == [{"id": "vip", "name": "Vip", "status": "active"}]
    apply_program({"lists": [{"id": "vip", "name": "Best"}, {"id": "fresh", "name": "New", "status": "draft"}]}, by=BY)
    assert statuses() == [("fresh", "draft"), ("vip", "active")]


@pytest.mark.parametrize(
    ("item", "place"),
    [
        ({"id": "a b", "name": "X"}, "lists[0].id"),
        ({"id": "a", "name": ""}, "lists[0].name"),
        ({"id": "a", "name": "X", "status": "asleep"}, "lists[0].status"),
        ({"id": "a", "name": "X", "status": "archived"}, "lists[0].status"),
    ],
)
def test_a_list_that_cannot_be_is_refused_at_its_place(item: dict[str, str], place: str) -> None:
    with pytest.raises(Invalid) as refused:
        apply_program({"lists": [item]}, by=BY)
    assert [path for path, _ in refused.value.problems] == [place]
