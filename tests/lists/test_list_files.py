"""Files of members, and the program file's `lists`."""

import json

import pytest

from loyalty.program.operations import apply_program, export_program
from loyalty.program.section import Invalid
from tests.lists.lists import BY, make_lists, members, on, statuses
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


def test_the_program_file_says_what_lists_there_are() -> None:
    make_lists("vip")

    told = json.loads(export_program())["lists"]
    assert told == [{"id": "vip", "name": "Vip", "status": "active"}]
    apply_program({"lists": [{"id": "vip", "name": "Best"}, {"id": "new", "name": "New", "status": "draft"}]}, by=BY)
    assert statuses() == [("new", "draft"), ("vip", "active")]


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
