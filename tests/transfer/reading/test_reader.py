import io
import time

import pytest

from loyalty.transfer.reading import reader as module
from loyalty.transfer.reading.reader import UNCLOSED, Line, Reader, UnreadableFile


def read(content: str | bytes) -> list[Line]:
    return list(Reader(io.BytesIO(content.encode() if isinstance(content, str) else content)).rows())


def faults(content: str | bytes) -> dict[int, str]:
    return {line.number: line.fault for line in read(content)}


def refused(content: str | bytes) -> str:
    with pytest.raises(UnreadableFile) as caught:
        read(content)
    return str(caught.value)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_seen_in_the_header(delimiter: str) -> None:
    assert [line.cells for line in read(f'a{delimiter}"b,;"\n1{delimiter}"2{delimiter}3"\n')] == [
        ["1", f"2{delimiter}3"]
    ]


def test_a_byte_order_mark_is_no_part_of_the_first_name() -> None:
    assert Reader(io.BytesIO(b"\xef\xbb\xbfid,x\n1,2\n")).header.names == ("id", "x")


def test_lines_are_counted_as_an_editor_shows_them() -> None:
    assert [line.number for line in read('id,x\r\n1,2\r\n\r\n2,"a\r\nb"\r\n3,4')] == [2, 4, 6]


def test_letters_written_in_two_ways_become_one() -> None:
    assert read("id,x\n1,e\u0301\n")[0].cells == ["1", "\u00e9"]


def test_reading_goes_on_from_any_row() -> None:
    content = 'id,x\n1,"a\nb"\n2,é\n3,c\n'.encode()
    whole = read(content)
    for stop in range(len(whole)):
        first = Reader(io.BytesIO(content))
        rows = first.rows()
        head = [next(rows) for _ in range(stop)]
        second = Reader(io.BytesIO(content))
        second.seek(first.offset, first.lines)
        assert head + list(second.rows()) == whole


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "The file has no header"),
        (b"\n1,2\n", "The file has no header"),
        ("id,x\n1,2\n".encode("utf-16"), "The file is UTF-16"),
        (b"id,\xff\n1,2\n", "The header is not UTF-8"),
        (b"id,x\0\n1,2\n", "The header contains a NUL"),
        (b"id,x,id\n", "Two columns are named “id”"),
        (b"id,,x\n", "Column 2 has no name"),
        (b"id," + b"x" * 101 + b"\n", "The name of column 2 must have at most 100"),
        (b",".join(b"c%d" % i for i in range(501)), "The file has 501 columns; at most 500"),
        (b"id,x\r1,2\r", "The header cannot be read. A line break"),
        (b'id,"x\n1,2\n', "The header cannot be read. A quotation mark"),
        (b"," * (module.MAX_LINE + 5), "The header cannot be read. The row is longer"),
    ],
)
def test_a_file_without_a_usable_header_is_refused(content: bytes, reason: str) -> None:
    assert refused(content).startswith(reason)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b"1", "The row has 1 columns, the header has 2"),
        (b"1,2,3", "The row has 3 columns, the header has 2"),
        (b"1,\xe9", "The row is not UTF-8"),
        (b"1,a\0b", "The row contains a NUL"),
        (b'1,"a"b', "A quotation mark stands in the wrong place"),
        (b"1,a\rb", "A line break stands in a cell without quotation marks"),
        (b"1," + b"x" * (module.MAX_LINE + 1), "The row is longer than 1,024 kB"),
        (b"1," + b"x" * 200_000, "A cell is longer than 131,072 characters"),
        (b'1,"a', UNCLOSED),
    ],
)
def test_a_bad_row_is_refused_and_the_next_ones_are_read(row: bytes, reason: str) -> None:
    found = faults(b"id,x\n0,a\n" + row + b"\n2,b\n3,c\n")
    assert found.pop(3).startswith(reason)
    assert found == {2: "", 4: "", 5: ""}


def test_an_unclosed_quote_takes_no_other_row_with_it() -> None:
    content = "id,x\n" + "".join(f'{i},"open\n' if i % 1000 == 7 else f"{i},b\n" for i in range(20_000))
    found = faults(content)
    assert len(found) == 20_000
    assert {number for number, fault in found.items() if fault} == {i + 2 for i in range(20_000) if i % 1000 == 7}


def test_a_huge_single_line_is_read_in_pieces() -> None:
    lines = read(b"id,x\n1," + b"x" * 20_000_000 + b"\n2,b\n")
    assert [line.number for line in lines] == [2, 3]
    assert all(len(cell) < 10 for line in lines for cell in line.cells)


def test_empty_lines_end_a_chunk_too() -> None:
    reader = Reader(io.BytesIO(b"id,x\n" + b"\n" * 1000 + b"1,2\n"))
    assert list(reader.rows(until=100)) == []
    assert reader.offset == 100


@pytest.mark.prove
def test_more_than_a_hundred_thousand_rows_a_second_are_read() -> None:
    content = b"_id,action,email\n" + b"".join(b"%d,opt_in,user%d@example.com\n" % (i, i) for i in range(300_000))
    # The processor's time: what else the machine has to do is no affair of the reader's.
    started = time.process_time()
    assert len(read(content)) == 300_000
    rate = 300_000 / (time.process_time() - started)
    assert rate > 100_000
    print(f"{rate:,.0f} rows a second of processor time")
