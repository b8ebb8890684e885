"""Patterns of codes: what they mean, how strong they are, what is drawn from them."""

import re

import pytest

from coupons.pools.patterns import bits, capacity, draw, fault_of_code, is_generic, is_strong


def test_each_sign_stands_for_what_the_manual_says() -> None:
    found = draw("A-#@^*$-z", 500)

    assert all(re.fullmatch(r"A-[0-9][a-z][A-Z][A-Za-z0-9][A-Z0-9]-z", code) for code in found)
    assert len({code[2] for code in found}) == 10


def test_a_pattern_without_variables_is_one_code_for_everybody() -> None:
    assert (is_generic("SPRING"), is_generic("SPRING-#")) == (True, False)
    assert draw("SPRING", 2) == ["SPRING", "SPRING"]


def test_no_sign_is_more_likely_than_another() -> None:
    """Bytes that would favour the first letters are left out: 256 is no multiple of 10."""
    every_byte = bytes(range(256)) * 8

    found = "".join(draw("#", 1_000, random=lambda number: every_byte[:number]))

    assert {sign: found[:250].count(sign) for sign in "0123456789"} == dict.fromkeys("0123456789", 25)


@pytest.mark.parametrize(
    ("pattern", "strong"), [("$" * 16, True), ("$" * 15, False), ("#" * 24, False), ("#" * 25, True), ("*" * 16, True)]
)
def test_strong_is_what_takes_2_to_the_80_guesses(pattern: str, strong: bool) -> None:
    assert is_strong(pattern) is strong


def test_capitals_make_no_code_harder_to_guess() -> None:
    assert bits("*") == bits("$")
    assert capacity("@#") == 260


@pytest.mark.parametrize("code", ["", "x" * 65, "two words", "Grüße", "tab\t", "null\x00"])
def test_what_cannot_be_a_code(code: str) -> None:
    assert fault_of_code(code)


def test_a_thousand_strong_codes_are_a_thousand() -> None:
    assert len(set(draw("$" * 16, 1_000))) == 1_000
