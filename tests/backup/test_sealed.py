"""What is sealed opens with its passphrase, whole and in order, or not at all."""

import io

import pytest

from loyalty.backup.sealed import CHUNK, TAG, CannotOpen, Opened, Sealer, Stretching, opened

KEY = b"k" * 32
SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 17]


def sealed(content: bytes, piece: int = 300_001, part: str = "files") -> bytes:
    out = io.BytesIO()
    sealer = Sealer(out, KEY, part)
    for start in range(0, len(content), piece):
        sealer.write(content[start : start + piece])
    sealer.finish()
    return out.getvalue()


def unsealed(content: bytes, key: bytes = KEY, part: str = "files") -> bytes:
    return b"".join(opened(io.BytesIO(content), key, part))


def content(size: int) -> bytes:
    return bytes(range(256)) * (size // 256) + b"x" * (size % 256)


@pytest.mark.parametrize("size", SIZES)
def test_what_was_sealed_comes_out_as_it_was(size: int) -> None:
    assert unsealed(sealed(content(size))) == content(size)
    assert io.BufferedReader(Opened(io.BytesIO(sealed(content(size))), KEY, "files")).read() == content(size)


def test_nothing_of_it_can_be_read_without_the_key() -> None:
    assert b"customer@example.com" not in sealed(b"customer@example.com" * 100)


STEP = CHUNK + TAG
DAMAGES = {
    "a changed bit": lambda whole: bytes([whole[0] ^ 1]) + whole[1:],
    "a changed bit at the end": lambda whole: whole[:-1] + bytes([whole[-1] ^ 1]),
    "cut within a chunk": lambda whole: whole[:-5],
    "cut between chunks": lambda whole: whole[: 2 * STEP],
    "two chunks in the other order": lambda whole: whole[STEP : 2 * STEP] + whole[:STEP] + whole[2 * STEP :],
    "a chunk twice": lambda whole: whole[:STEP] + whole,
    "something behind it": lambda whole: whole + b"more",
    "nothing at all": lambda whole: b"",
}


@pytest.mark.parametrize("name", DAMAGES)
def test_what_is_not_as_it_was_sealed_does_not_open(name: str) -> None:
    damaged = DAMAGES[name](sealed(content(2 * CHUNK + 5)))

    with pytest.raises(CannotOpen):
        unsealed(damaged)


def test_neither_another_key_nor_another_part_opens_it() -> None:
    with pytest.raises(CannotOpen):
        unsealed(sealed(b"secret"), key=b"j" * 32)
    with pytest.raises(CannotOpen):
        unsealed(sealed(b"secret"), part="database")


def test_a_passphrase_makes_one_key_for_each_salt() -> None:
    first, second = Stretching(b"a" * 16, cost=2**10), Stretching(b"b" * 16, cost=2**10)

    assert first.key("words") == first.key("words")
    assert len({first.key("words"), first.key("other words"), second.key("words")}) == 3


def test_a_cost_that_would_use_up_the_memory_is_refused() -> None:
    with pytest.raises(CannotOpen):
        Stretching(b"a" * 16, cost=2**40).key("words")
