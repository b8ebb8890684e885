"""Closed vocabularies of a profile: a country, a language, a currency, a gender. Names and codes are read, one code is stored.

The names and codes are those of the Unicode CLDR, as Babel has them. Pure.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache
from unicodedata import combining, normalize

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.numbers import get_territory_currencies
from django.conf import settings
from django.utils.translation import to_locale

GENDERS: Mapping[str, tuple[str, ...]] = {
    "female": ("f", "w", "woman", "girl", "mrs", "ms"),
    "male": ("m", "man", "boy", "mr"),
    "other": ("o", "x", "d", "diverse", "divers", "nonbinary", "non binary"),
}
# Regions of CLDR that are no country: unions, and codes for tests and for "unknown".
NO_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
# What people write, beside the names of CLDR.
OTHER_NAMES = {
    "Czech Republic": "CZ", "England": "GB", "Great Britain": "GB", "Holland": "NL", "Macedonia": "MK", "Republic of Korea": "KR",
    "Russian Federation": "RU", "Slovak Republic": "SK", "The Netherlands": "NL", "Turkey": "TR", "Türkiye": "TR",
    "United States of America": "US", "Viet Nam": "VN",
}  # fmt: skip

# An import says the same few words in every row.
MOST_WORDS = 2_000


@lru_cache(MOST_WORDS)
def country(text: str) -> str | None:
    """The ISO 3166-1 code (two letters) of a code of two or three letters or a name; None for what is none."""
    code = text.upper()
    [code, *others] = get_global("territory_aliases").get(code, [code]) if len(code) in (2, 3) else [code]
    if not others and code in countries():
        return code
    return _names("territories", frozenset(countries()), tuple(OTHER_NAMES.items())).get(plain(text))


@lru_cache(MOST_WORDS)
def currency(text: str) -> str | None:
    """The ISO 4217 code of a code or a name; None for what is none."""
    code = text.upper()
    return code if code in currencies() else _names("currencies", frozenset(currencies())).get(plain(text))


@lru_cache(MOST_WORDS)
def language(text: str) -> str | None:
    """The language tag, such as `hu` or `pt-BR`, of a tag, of a code of three letters or a name; None for what is none."""
    base, *region = text.replace("_", "-").split("-")
    [base, *others] = get_global("language_aliases").get(base.lower(), base.lower()).split("_")
    if base in languages() and not others:
        return _tag(base, region)
    return _names("languages", frozenset(languages())).get(plain(text))


def _tag(base: str, rest: list[str]) -> str | None:
    """With a script and a region, if they are any."""
    try:
        Locale.parse("-".join([base, *rest]), sep="-")
    except (ValueError, UnknownLocaleError):
        if len(rest) != 1 or rest[0].upper() not in countries():
            return None
    return "-".join([base, *(one.title() if len(one) == 4 else one.upper() for one in rest)])


@lru_cache(MOST_WORDS)
def gender(text: str) -> str | None:
    """`female`, `male` or `other`; None for what is none of them."""
    return _genders().get(plain(text))


@cache
def _genders() -> Mapping[str, str]:
    return {plain(name): code for code, names in GENDERS.items() for name in (code, *names)}


# What there is


@cache
def countries() -> tuple[str, ...]:
    found = set(map(str, _english().territories)) - NO_COUNTRIES
    return tuple(sorted(code for code in found if len(code) == 2 and code.isalpha()))


@cache
def currencies() -> tuple[str, ...]:
    return tuple(sorted(code for code in map(str, _english().currencies) if len(code) == 3))


@cache
def languages() -> tuple[str, ...]:
    """Those with a code of two letters; of three, where there is none."""
    return tuple(
        sorted(code for code in map(str, _english().languages) if len(code) in (2, 3) and code not in _no_languages())
    )


def _no_languages() -> Iterable[str]:
    """Several, none, and unknown."""
    return ("mul", "und", "zxx", "mis")


@cache
def _english() -> Locale:
    return Locale("en")


@cache
def _names(kind: str, codes: frozenset[str], others: tuple[tuple[str, str], ...] = ()) -> Mapping[str, str]:
    """Code by name, in English and in the language of the brand; a name of two things is none."""
    found: dict[str, set[str]] = {}
    pairs = [*others]
    for locale in dict.fromkeys((_english(), Locale.parse(to_locale(settings.LANGUAGE_CODE)))):
        pairs += [(name, code) for code, name in getattr(locale, kind).items() if code in codes]
    for name, code in pairs:
        found.setdefault(plain(name), set()).add(code)
    return {name: next(iter(meant)) for name, meant in found.items() if len(meant) == 1}


def plain(name: str) -> str:
    """By which names are compared: without accents, capitals, points and dashes."""
    letters = (letter for letter in normalize("NFKD", name.casefold()) if not combining(letter))
    return " ".join("".join(letter if letter.isalnum() else " " for letter in letters).split())


@cache
def common_languages() -> tuple[str, ...]:
    """Those of ISO 639-1, as lists offer them."""
    return tuple(code for code in languages() if len(code) == 2)


@cache
def common_currencies() -> tuple[str, ...]:
    """Those that are legal tender somewhere today."""
    return tuple(sorted({one for code in countries() for one in get_territory_currencies(code)}))


# By field: how it is read, and what it takes, as the end of "must be …".
VOCABULARIES: Mapping[str, tuple[Callable[[str], str | None], str]] = {
    "country": (country, "a country: its ISO 3166 code such as HU, or its name such as Hungary"),
    "currency": (currency, "a currency: its ISO 4217 code such as EUR, or its name such as Euro"),
    "gender": (gender, "female, male or other"),
    "language": (language, "a language: its ISO 639 code such as hu, or its name such as Hungarian"),
}
