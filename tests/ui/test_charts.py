from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.formats import Number
from loyalty.ui import charts
from loyalty.ui.charts import Series

POINTS = st.lists(st.integers(-(10**15), 10**15), min_size=1, max_size=24)


def share(text: str) -> float:
    return float(text.removesuffix("%"))


def labels(values: Sequence[Number]) -> list[str]:
    return [str(i) for i in range(len(values))]


def ticks(values: Sequence[Number]) -> list[str]:
    return [tick.label for tick in charts.axis(values).ticks]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1750, 300], ["2k", "1.5k", "1k", "500", "0"]),
        ([0, 0], ["4", "3", "2", "1", "0"]),
        ([], ["4", "3", "2", "1", "0"]),
        ([1], ["1", "0"]),
        ([-3, -8], ["0", "−2", "−4", "−6", "−8"]),
        ([5, -5], ["6", "3", "0", "−3", "−6"]),
    ],
)
def test_ticks_are_round_whole_and_contain_zero(values: Sequence[Number], expected: list[str]) -> None:
    assert ticks(values) == expected


@given(POINTS)
def test_every_bar_lies_within_the_plot(values: list[int]) -> None:
    chart = charts.bars(labels(values), [Series("Earned", values), Series("Spent", values[::-1], "2")])
    assert len(chart.bars) == 2 * len(values)
    for bar in chart.bars:
        assert -0.02 <= share(bar.x) <= share(bar.x) + share(bar.width) <= 100.02
        assert -0.02 <= share(bar.y) <= share(bar.y) + share(bar.height) <= 100.02


@given(POINTS)
def test_tick_labels_do_not_repeat(values: list[int]) -> None:
    found = ticks(values)
    assert len(found) == len(set(found)) <= 8


def test_a_loss_hangs_below_the_zero_line() -> None:
    chart = charts.bars(["Jan", "Feb"], [Series("Net", [100, -100])])
    gain, loss = chart.bars
    assert share(gain.y) + share(gain.height) == pytest.approx(50)
    assert share(loss.y) == pytest.approx(50)


def test_a_chart_of_nothing_has_no_slots() -> None:
    assert charts.bars([], []).slots == []
    assert charts.area([], Series("Balance", [])).line == ""


def test_the_table_tells_every_value() -> None:
    chart = charts.bars(["Jan"], [Series("Earned", [7]), Series("Spent", [3])])
    assert chart.slots[0].values == [("Earned", 7), ("Spent", 3)]


def test_a_missing_value_is_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        charts.area(["Jan", "Feb"], Series("Balance", [1]))


@pytest.mark.parametrize("values", [[5], [5, 5], [0, 0, 0]])
def test_a_flat_spark_is_a_level_line(values: list[int]) -> None:
    heights = {point.split(",")[1] for point in charts.spark(values).line.removeprefix("M").split()}
    assert heights == {"16.00"}


def test_a_spark_of_nothing_draws_nothing() -> None:
    assert charts.spark([]).line == ""


def test_shares_fill_the_bar_in_proportion() -> None:
    first, second = charts.shares([("Assigned", 1, "blue"), ("Redeemed", 3, "green")])
    assert (first.x, second.x) == ("0.00%", "25.00%")
    assert share(second.width) == pytest.approx(74.4)


def test_shares_of_nothing_have_no_width() -> None:
    assert [one.width for one in charts.shares([("Assigned", 0, "blue"), ("Expired", -4, "grey")])] == [
        "0.00%",
        "0.00%",
    ]
