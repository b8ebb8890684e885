"""Which passwords staff may choose: long ones that a list of common words, names, dates and patterns does not give away."""

from collections.abc import Iterable
from functools import lru_cache
from math import log10
from typing import Any

from babel.dates import get_day_names, get_month_names
from django.core.exceptions import ValidationError
from django.utils.module_loading import import_string
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from loyalty.staff.models import User

# At the pace of guesses.py thousands of years; with the hashes stolen, at the cost of hashing.py, months.
LEAST_GUESSES_LOG10 = 9
# The estimate's time grows steeply with the length; what is longer is judged by its beginning and its end.
JUDGED = 16
LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pl", "hu", "ro", "cs", "sv")
SEASONS = (
    "spring summer autumn fall winter frühling fruehling sommer herbst printemps été ete automne hiver primavera verano"
    " otoño otono invierno estate autunno inverno lente zomer herfst wiosna lato jesień jesien zima tavasz nyár nyar ősz"
    " osz tél tel jaro léto leto podzim vår var höst host"
).split()
CONTEXT = ("loyalty", "loyal", "bonus", "points", "customer", "backoffice", "admin", "welcome", "password", "changeme")


class HardToGuess:
    """Refuses what zxcvbn expects to be guessed in fewer than a billion tries: common passwords, words, names, dates,
    rows of keys, and seasons or months with a year, in several languages; the brand's and the person's own names, too."""

    def __init__(self, names_of_brand: str) -> None:
        """`names_of_brand`: the dotted path of what reads them, since the programme lies above staff."""
        self.names_of_brand = names_of_brand

    def validate(self, password: str, user: Any = None) -> None:
        brand: Iterable[str] = import_string(self.names_of_brand)()
        names = _names_of(user, brand) if isinstance(user, User) else []
        pieces = {password[:JUDGED], password[-JUDGED:]}
        is_one_word = _letters(password) in {*_words(), *map(str.casefold, names)}
        if is_one_word or max(_guesses_log10(piece, names) for piece in pieces) < LEAST_GUESSES_LOG10:
            raise ValidationError(
                _("This password is easy to guess. Three or four words that do not belong together are a good one."),
                code="password_easy_to_guess",
            )

    def get_help_text(self) -> str:
        return gettext("Choose words that do not belong together; not a name, a month or a season with a year.")


def _letters(password: str) -> str:
    """However its digits and signs are strewn in, one such word is one."""
    return "".join(filter(str.isalpha, password.casefold()))


def _guesses_log10(password: str, names: list[str]) -> float:
    # Its word lists take a fifth of a second to load: only where a password is chosen.
    from zxcvbn import zxcvbn

    return log10(max(1, zxcvbn(password, user_inputs=[*names, *_words()])["guesses"]))


def _names_of(user: User, brand: Iterable[str]) -> list[str]:
    parts = " ".join((user.username, user.first_name, user.last_name, user.email, *brand))
    return [part for part in parts.replace("@", " ").replace(".", " ").split() if len(part) > 2]


@lru_cache(maxsize=1)
def _words() -> list[str]:
    found = [*CONTEXT, *SEASONS]
    for language in LANGUAGES:
        found.extend(get_month_names("wide", locale=language).values())
        found.extend(get_day_names("wide", locale=language).values())
    return sorted({word.casefold() for word in found})
