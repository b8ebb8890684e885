"""Texts by language, and what customers are told when they cannot claim a reward. Pure."""

import re
from collections.abc import Mapping

from .enums import ReasonCode

Texts = Mapping[str, str]
# In which language texts are that come without one.
PLAIN_LANGUAGE = "en"
_NUMBER = re.compile(r"\{([a-z_]{1,32})\}")
# What is said where the library says nothing. The names in braces are the reason's numbers.
DEFAULTS: Mapping[ReasonCode, str] = {
    ReasonCode.INACTIVE: "This reward is not available at the moment.",
    ReasonCode.NOT_STARTED: "This reward is not available yet.",
    ReasonCode.ENDED: "This reward is not available any more.",
    ReasonCode.AUDIENCE: "This reward is for other members.",
    ReasonCode.STOCK: "This reward is sold out.",
    ReasonCode.LIMIT: "You have claimed this reward as often as possible.",
    ReasonCode.INTERVAL: "You can claim this reward again later.",
    ReasonCode.PRICE: "This reward cannot be paid in your currency.",
    ReasonCode.POINTS: "You need {missing} more points.",
    ReasonCode.LOCK: "Please try again in a moment.",
    ReasonCode.CODES: "This reward is sold out.",
}


def text_in(texts: Texts, locale: str = "") -> str:
    """In the language, else in the same one of elsewhere, else in that of plain texts, else in any; "" if there is none."""
    for wanted in (locale, locale.partition("-")[0], PLAIN_LANGUAGE):
        if wanted in texts:
            return texts[wanted]
    return next((texts[language] for language in sorted(texts)), "")


def message_of(
    code: ReasonCode,
    locale: str = "",
    *,
    own: Texts | None = None,
    library: Mapping[str, Texts] | None = None,
    numbers: Mapping[str, object] | None = None,
) -> str:
    """What a customer is told: by the reward's own `restricted_message` if it is for others, by the programme's library, or
    by ours. `numbers` of the reason take the place of their names in braces."""
    said = text_in(own, locale) if own and code == ReasonCode.AUDIENCE else ""
    said = said or text_in((library or {}).get(code.value, {}), locale) or DEFAULTS[code]
    return _NUMBER.sub(lambda found: str((numbers or {}).get(found[1], found[0])), said)
