"""What somebody of the staff sees of the personal data of customers: the one rule of it.

Whatever shows, searches, sorts by, filters by, counts, compares or gives out such data takes a `Sight` and asks it. Which
field asks for which right the rooms declare (`loyalty.staff.roles.fields`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.contrib.auth.models import AnonymousUser

from loyalty.contributions import contributed

from .models import User
from .permissions import may, refusal
from .roles.fields import PersonalFields, right_to_others, rights_by_field
from .roles.rights import Right


@dataclass(frozen=True)
class Sight:
    """`lacking`: the codes of the rights to personal data that one has not."""

    lacking: frozenset[str] = frozenset()

    @property
    def is_full(self) -> bool:
        return not self.lacking

    def sees(self, field: str) -> bool:
        """Of a field that its room has declared; what nobody has declared is not personal."""
        right = rights_by_field().get(field)
        return right is None or right.code not in self.lacking

    def sees_attribute(self, name: str) -> bool:
        """Of an attribute that anybody may have sent: what nobody has declared may tell anything of a person."""
        return _right_to_attribute(name).code not in self.lacking

    def require(self, *fields: str) -> None:
        """Raise PermissionDenied, in words, unless all these declared fields are seen."""
        self._require(right for field in fields if (right := rights_by_field().get(field)))

    def require_attributes(self, names: Iterable[str]) -> None:
        """The same of attributes. Nobody enters what they would not see: the answer would tell what is there."""
        self._require(_right_to_attribute(name) for name in names)

    def require_all(self) -> None:
        """For what may hold every field there is, such as a file."""
        self._require(fields.right for fields in contributed(PersonalFields))

    def _require(self, rights: Iterable[Right]) -> None:
        for right in rights:
            if right.code in self.lacking:
                raise refusal(right)

    @cached_property
    def labels(self) -> list[str]:
        """What is not seen, as deeds that the role does not allow."""
        return [str(fields.right.deed) for fields in contributed(PersonalFields) if fields.right.code in self.lacking]

    def __getitem__(self, field: str) -> bool:
        """`{% if shell.sight.email %}` of templates."""
        return self.sees(field)


EVERYTHING = Sight()


def _right_to_attribute(name: str) -> Right:
    return rights_by_field().get(name) or right_to_others()


def sight_of(user: User | AnonymousUser) -> Sight:
    rights = (fields.right for fields in contributed(PersonalFields))
    lacking = frozenset(right.code for right in rights if not may(user, right))
    return Sight(lacking) if lacking else EVERYTHING
