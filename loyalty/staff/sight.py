"""What somebody of the staff sees: of personal data by the rights of the role, of records by the user groups.

Whatever shows, searches, sorts by, filters by, counts, compares or gives out such data takes a `Sight` and asks it. Which
field asks for which right the rooms declare (`loyalty.staff.roles.fields`), which records groups decide of as well
(`loyalty.staff.groups.kinds`); `loyalty.staff.groups.reach` makes a condition on them out of the `reach`.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import Http404
from django.utils.translation import gettext

from loyalty.contributions import contributed

from .groups.reach import EVERYWHERE, Reach, is_out_of_reach
from .models import User
from .permissions import may, refusal
from .roles.fields import PersonalFields, right_to_others, rights_by_field
from .roles.rights import Right


class OutOfReach(Http404, ObjectDoesNotExist):
    """A record outside the groups of whoever asks: for them it does not exist."""


@dataclass(frozen=True)
class Sight:
    """`lacking`: the codes of the rights to personal data that one has not. `reach`: which records one sees."""

    lacking: frozenset[str] = frozenset()
    reach: Reach = EVERYWHERE

    @property
    def is_full(self) -> bool:
        """Whether every field is seen."""
        return not self.lacking

    @property
    def is_everything(self) -> bool:
        """Whether every field of every record is seen."""
        return self.is_full and not self.reach.kinds

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

    def require_all_fields(self) -> None:
        """For what may hold every field that there is of one record."""
        self._require(fields.right for fields in contributed(PersonalFields))

    def require_all(self) -> None:
        """For what may hold every field of every record, such as a file."""
        self.require_all_fields()
        self.require_all_records()

    def require_all_records(self) -> None:
        """For what tells of every record, such as how many there are."""
        if self.reach.kinds:
            raise PermissionDenied(
                gettext(
                    "This is about all records, and your user groups let you see some of them only. Ask an administrator"
                    " to do it."
                )
            )

    def require_reached(self, values: Collection[object]) -> None:
        """Raise OutOfReach if one of the values is, or is about, a record that is not seen."""
        if self.reach.kinds and is_out_of_reach(self.reach, values):
            raise OutOfReach

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
    reach = user.reach if isinstance(user, User) and user.is_active else EVERYWHERE
    return Sight(lacking, reach) if lacking or reach.kinds else EVERYTHING


def sees_all_records(user: User | AnonymousUser) -> bool:
    """For what is offered of pages that tell of every record."""
    return not sight_of(user).reach.kinds
