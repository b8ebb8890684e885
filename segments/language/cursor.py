"""A place among the tokens of a sentence, and what was expected at the furthest one. Pure."""

import datetime as dt
import re
from collections.abc import Sequence
from typing import NoReturn

from .refusals import WrongRule
from .tokens import Token, place_of

_NUMBER = re.compile(r"[-−]?[0-9]{1,15}(?:\.[0-9]{1,10})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Cursor:
    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens, self.at = tokens, 0
        self.furthest = 0
        # In the order in which they were tried; the values are nothing.
        self.expected: dict[str, None] = {}

    def expect(self, *phrases: str) -> None:
        if self.at > self.furthest:
            self.furthest, self.expected = self.at, {}
        if self.at == self.furthest:
            self.expected.update(dict.fromkeys(phrases))

    def take(self, phrase: str) -> bool:
        """Go past these words, if they stand here. Of some that are begun as the sentence ends, the rest is expected."""
        words = phrase.lower().split()
        here = [token.word for token in self.tokens[self.at : self.at + len(words)]]
        if here == words:
            self.expect(phrase)
            self.at += len(words)
            return True
        self.expect(phrase)
        self._expect_rest(phrase)
        return False

    def _expect_rest(self, phrase: str) -> None:
        """Of a phrase that is begun as the sentence ends."""
        words, here = phrase.split(), [token.word for token in self.tokens[self.at :]]
        if here and len(here) < len(words) and here == [word.lower() for word in words[: len(here)]]:
            before, self.at = self.at, len(self.tokens)
            self.expect(" ".join(words[len(here) :]))
            self.at = before

    def take_longest(self, phrases: Sequence[str]) -> str | None:
        fitting = [one for one in sorted(phrases, key=lambda one: -len(one.split())) if self._is_here(one)]
        for phrase in phrases:
            self.expect(phrase)
            self._expect_rest(phrase)
        if not fitting:
            return None
        self.take(fitting[0])
        return fitting[0]

    def _is_here(self, phrase: str) -> bool:
        words = phrase.lower().split()
        return [token.word for token in self.tokens[self.at : self.at + len(words)]] == words

    def text(self, *known: str) -> str:
        """Any one word, or a text in quotes."""
        self.expect(*(known or ('"…"',)))
        if self.at >= len(self.tokens) or ((self.here.text in "(),") and not self.here.is_quoted):
            self.fail("a text")
        self.at += 1
        return self.tokens[self.at - 1].text

    def number(self) -> int | float:
        self.expect("1")
        if not self.is_number():
            self.fail("a number")
        self.at += 1
        text = self.tokens[self.at - 1].text.replace("−", "-")
        return float(text) if "." in text else int(text)

    def is_number(self) -> bool:
        return self.at < len(self.tokens) and not self.here.is_quoted and bool(_NUMBER.fullmatch(self.here.text))

    def day(self) -> str:
        self.expect(f"{dt.date(2026, 1, 1)}")
        if self.at >= len(self.tokens) or not _DAY.fullmatch(self.here.text):
            self.fail("a day such as 2026-03-01")
        self.at += 1
        return self.tokens[self.at - 1].text

    @property
    def here(self) -> Token:
        return self.tokens[self.at]

    def fail(self, what: str = "") -> NoReturn:
        """At the furthest place that was reached."""
        place = max(self.at, self.furthest)
        said = what if what and place == self.at else self._alternatives()
        if place < len(self.tokens):
            token = self.tokens[place]
            raise WrongRule(place_of(token.at), f"“{token.text[:40]}” is not expected here: write {said}")
        end = self.tokens[-1].end if self.tokens else 0
        raise WrongRule(place_of(end), f"something is missing here: write {said}")

    def _alternatives(self) -> str:
        found = [f"“{one}”" for one in list(self.expected)[:6]]
        more = " or another fact" if len(self.expected) > 6 else ""
        return " or ".join(found) + more
