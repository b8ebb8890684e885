"""What the headings of a file mean, however they are written: `First Name`, `first-name` and `FirstName` are one. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property

from customers.fields.spelling import compared as normal

from .reader import UnreadableFile

# How people and other programs call what has a name here; as `normal` makes them.
FIELD_SYNONYMS = {
    "givenname": "first_name",
    "forename": "first_name",
    "surname": "last_name",
    "familyname": "last_name",
    "emailaddress": "email",
    "mail": "email",
    "phone": "mobile_phone",
    "phonenumber": "mobile_phone",
    "telephone": "mobile_phone",
    "mobile": "mobile_phone",
    "mobilenumber": "mobile_phone",
    "cellphone": "mobile_phone",
    "birthday": "birth_date",
    "dateofbirth": "birth_date",
    "dob": "birth_date",
    "sex": "gender",
    "countrycode": "country",
}
CUSTOMER_NAMES = frozenset({"customer", "customerid", "id", "memberid"})
# The time of the event: the attribute's own name, and those that an event shows it under.
TIME = "effective_timestamp"
TIME_NAMES = frozenset({"effectivetimestamp", "timestamp", "unixtimestamp", "date", "datetime"})
# The columns that a download of refused rows has more than the file: they are not read again.
REFUSAL_HEADINGS = ("refused_code", "refused_reason")
REFUSAL = frozenset(map(normal, REFUSAL_HEADINGS))


@dataclass(frozen=True)
class Known:
    """Names that mean something, and what else they are called."""

    names: frozenset[str] = frozenset()
    synonyms: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def _by_normal(self) -> Mapping[str, Sequence[str]]:
        found: dict[str, list[str]] = {}
        for name in sorted(self.names):
            found.setdefault(normal(name), []).append(name)
        for other, name in self.synonyms.items():
            found.setdefault(other, [name])
        return found

    def find(self, written: str) -> str:
        """The name that is meant; empty if none is, or more than one could be."""
        if written in self.names:
            return written
        found = self._by_normal.get(normal(written), ())
        return found[0] if len(found) == 1 else ""

    def nearest(self, written: str) -> str:
        """The name that may have been meant by a misspelt one."""
        close = get_close_matches(normal(written), self._by_normal, n=1, cutoff=0.8)
        return self._by_normal[close[0]][0] if close else ""


def misspelt(names: Sequence[str], known: Known) -> list[str]:
    """Names that mean nothing, as they are told: with the one that may be meant."""
    return [f"“{name}”{f' (is {near} meant?)' if (near := known.nearest(name)) else ''}" for name in names]


def doubled(first: str, second: str, meaning: str) -> UnreadableFile:
    return UnreadableFile(f"The columns “{first}” and “{second}” both mean {meaning}: remove or rename one.")
