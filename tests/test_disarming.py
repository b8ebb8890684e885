"""No text that people download runs as a formula in their spreadsheet, and each comes back as it was."""

import csv
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.disarming import rearmed, safe_cell
from loyalty.ui.downloads import csv_lines

ROOT = Path(__file__).resolve().parent.parent
ARMED = [
    "=1+1", "+1", "-1", "@x", "\tx", "\rx", "\nx", " =1", '"=1', "'=1", "＝1", "＋1", "－1", "＠x", "\u200b=1", "\ufeff=1",
    "\u2060=1", "\u202e=1", "\u00a0=1", "\u3000＝1", "\x00=1", " \u200b'\ufeff＝1", "\u200d\t=1", "﹢1", "﹣1", "﹦1", "﹫x",
]  # fmt: skip


@pytest.mark.parametrize("text", ARMED)
def test_what_may_run_as_a_formula_is_disarmed(text: str) -> None:
    assert safe_cell(text) == f"'{text}"
    assert safe_cell(f"a{text}") == f"a{text}"
    assert rearmed(safe_cell(text)) == text


@pytest.mark.parametrize("text", ["", "1", "Ann", "O'Neil", "'s-Hertogenbosch", "10%", "(1)", "\u200b", "é=", "１＋１"])
def test_what_cannot_run_stays_as_it_is(text: str) -> None:
    assert safe_cell(text) == rearmed(text) == text


@given(st.text(alphabet=st.sampled_from("=+-@＝＋－＠\u200b\ufeff \t\r'\"aé1"), max_size=6))
def test_whatever_is_disarmed_comes_back_as_it_was(text: str) -> None:
    assert rearmed(safe_cell(text)) == text


def test_headings_are_disarmed_as_cells_are() -> None:
    lines = "".join(csv_lines(["=cmd", "b"], [["＝x", 5]])).removeprefix("\ufeff")
    assert list(csv.reader(lines.splitlines())) == [["'=cmd", "b"], ["'＝x", "5"]]


def test_there_is_one_writer_of_csv_files() -> None:
    """But for the benchmark, whose files nobody opens."""
    folders = ["loyalty", "customers", "events", "rewards", "coupons", "segments"]
    files = [path for folder in folders for path in (ROOT / folder).rglob("*.py") if "benchmark" not in path.parts]
    writers = [path.name for path in files if re.search(r"csv\.(Dict)?[wW]riter|text/csv;", path.read_text())]
    assert writers == ["downloads.py"]
