"""What codes stand for, in the reader's language."""

import json
from functools import cache
from typing import Any

from babel import Locale
from django.utils.translation import get_language, gettext, to_locale


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(to_locale(language))


def country_name(code: str) -> str:
    """Of an ISO 3166 code; an unknown one names itself."""
    return str(_locale(get_language() or "en").territories.get(code, code))


def language_name(code: str) -> str:
    """Of a tag such as `hu` or `pt_BR`; an unknown one names itself."""
    base, *region = code.replace("_", "-").split("-")
    found = str(_locale(get_language() or "en").languages.get(base.lower(), code)).capitalize()
    return f"{found} ({country_name(region[-1].upper())})" if region and found != code.capitalize() else found


def currency_name(code: str) -> str:
    """With its ISO 4217 code; an unknown one names itself."""
    found = _locale(get_language() or "en").currencies.get(code)
    return f"{found} ({code})" if found else code


def gender_name(gender: str) -> str:
    names = {"female": gettext("Female"), "male": gettext("Male"), "other": gettext("Other")}
    return names.get(gender.lower(), gender.capitalize())


def text_of(value: Any) -> str:
    """A custom value as people read it."""
    match value:
        case None | "":
            return "\N{EN DASH}"
        case bool():
            return gettext("Yes") if value else gettext("No")
        case list() if not any(isinstance(item, dict | list) for item in value):
            return ", ".join(map(text_of, value))
        case dict() | list():
            return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)
