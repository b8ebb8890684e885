"""An audience: who is in it, how many, and for one customer the reasons why not."""

from typing import Any

import pytest

from segments.audience.audience import EVERYONE, Audience, Group, read_audience, sentence_of, to_json
from segments.audience.queries import groups_of, reasons_of, size_of, statement_of
from segments.language.refusals import WrongRule
from segments.models import Segment
from tests.segments.peopled import selected
from tests.segments.segmenting import buy, customer, done, make_segment, work

pytestmark = pytest.mark.django_db
BUYERS, GERMANS, GOLD = (Group("segment", id) for id in ("buyers", "germans", "gold"))


@pytest.fixture(autouse=True)
def people() -> None:
    """Ann has bought and is German, Bob has bought, Eve is German, Joe is neither."""
    for name, country in (("ann", "DE"), ("bob", "AT"), ("eve", "DE"), ("joe", "AT")):
        done("opt_in", customer=name, country=country)
    for name in ("ann", "bob"):
        buy(f"{name}-1", 10, customer=name)
    make_segment("buyers", "bought")
    make_segment("germans", "country is DE")
    make_segment("gold", "first name is Nobody")
    work()


def names(audience: Audience) -> set[str]:
    statement = statement_of(audience)
    ids = selected(statement.sql, statement.params)
    return {name for name in ("ann", "bob", "eve", "joe") if customer(name).id in ids}


@pytest.mark.parametrize(
    ("audience", "wanted"),
    [
        (EVERYONE, {"ann", "bob", "eve", "joe"}),
        (Audience((BUYERS, GERMANS)), {"ann", "bob", "eve"}),
        (Audience((BUYERS,), (GERMANS,)), {"bob"}),
        (Audience((), (BUYERS,)), {"eve", "joe"}),
        (Audience((GOLD,)), set()),
    ],
)
def test_who_is_in_an_audience_and_how_many(audience: Audience, wanted: set[str]) -> None:
    assert names(audience) == wanted
    assert size_of(audience) == len(wanted)
    for name in ("ann", "bob", "eve", "joe"):
        assert (reasons_of(customer(name), {"x": audience})["x"] == []) is (name in wanted)


def test_the_reasons_name_the_groups() -> None:
    audiences = {"a": Audience((GOLD,), (BUYERS,)), "b": EVERYONE}

    found = reasons_of(customer("ann"), audiences)

    assert [str(reason) for reason in found["a"]] == ["not in Gold", "in Buyers"]
    assert found["b"] == []


def test_an_inactive_group_admits_nobody_and_still_keeps_out() -> None:
    make_segment("buyers", "bought", status="inactive")

    assert names(Audience((BUYERS,))) == set()
    assert names(Audience((GERMANS,), (BUYERS,))) == {"eve"}
    assert [str(one) for one in reasons_of(customer("bob"), {"x": Audience((BUYERS,))})["x"]] == ["not in Buyers"]


def test_departed_customers_are_in_no_audience() -> None:
    done("opt_out", customer="joe")

    assert size_of(EVERYONE) == 3


def test_reasons_take_as_many_statements_for_one_as_for_three(django_assert_num_queries: Any) -> None:
    ann = customer("ann")
    for number in (1, 3):
        audiences = {str(at): Audience((BUYERS, GOLD), (GERMANS,)) for at in range(number)}
        with django_assert_num_queries(3):
            reasons_of(ann, audiences)
    with django_assert_num_queries(1):
        assert groups_of(ann, [BUYERS, GERMANS, GOLD]) == {BUYERS, GERMANS}


def test_an_audience_is_read_from_json_and_said() -> None:
    data = {"any": [{"segment": "buyers"}, {"segment": "gold"}], "not": [{"segment": "germans"}]}

    audience = read_audience(data)

    assert to_json(audience) == data
    assert sentence_of(audience) == "in segment Buyers or in segment Gold, and not in segment Germans"
    assert sentence_of(EVERYONE) == "everyone"


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ([], "audience"),
        ({"some": []}, "audience"),
        ({"any": [{"segment": "buyers"}, {"segment": "who"}]}, "audience.any[1]"),
        ({"not": [{"sql": "1"}]}, "audience.not[0]"),
        ({"any": [{"segment": 5}]}, "audience.any[0].segment"),
        ({"any": [{"segment": "buyers"}] * 51}, "audience.any"),
    ],
)
def test_an_audience_that_names_nothing_is_refused_with_its_place(data: Any, place: str) -> None:
    with pytest.raises(WrongRule) as refused:
        read_audience(data)

    assert refused.value.place == place


def test_an_archived_segment_cannot_be_named() -> None:
    Segment.objects.filter(slug="gold").update(status="archived")

    with pytest.raises(WrongRule):
        read_audience({"any": [{"segment": "gold"}]})
