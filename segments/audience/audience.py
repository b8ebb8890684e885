"""An audience: this segment or that list, and not that label. Stored as JSON, said as a sentence. Reads no member.

    {"any": [{"segment": "buyers"}, {"list": "vip"}], "not": [{"label": "staff"}]}

Without `any` everyone is admitted who is not kept out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from segments.language.refusals import WrongRule

from .kinds import group_kinds

MAX_GROUPS = 50


@dataclass(frozen=True, order=True)
class Group:
    """`kind` is the name of a `GroupKind`, `id` the group's ID in it."""

    kind: str
    id: str


@dataclass(frozen=True)
class Audience:
    admitted: tuple[Group, ...] = ()
    kept_out: tuple[Group, ...] = ()

    @property
    def groups(self) -> tuple[Group, ...]:
        return (*self.admitted, *self.kept_out)


EVERYONE = Audience()


def read_audience(data: Any) -> Audience:
    """Raises WrongRule, naming the place, for what names no group that there is."""
    if not isinstance(data, Mapping) or data.keys() - {"any", "not"}:
        raise WrongRule("audience", "must be an object with “any”, “not” or both")
    found = Audience(_groups(data.get("any", []), "audience.any"), _groups(data.get("not", []), "audience.not"))
    known = names_of(found.groups)
    for name, groups in (("any", found.admitted), ("not", found.kept_out)):
        for place, group in enumerate(groups):
            if group not in known:
                raise WrongRule(f"audience.{name}[{place}]", f"names no {group.kind} that there is: {group.id[:64]}")
    return found


def _groups(data: Any, place: str) -> tuple[Group, ...]:
    if not isinstance(data, list) or len(data) > MAX_GROUPS:
        raise WrongRule(place, f"must be a list of at most {MAX_GROUPS} groups")
    return tuple(dict.fromkeys(_group(one, f"{place}[{at}]") for at, one in enumerate(data)))


def _group(data: Any, place: str) -> Group:
    kinds = group_kinds()
    if not isinstance(data, Mapping) or len(data) != 1 or not data.keys() <= kinds.keys():
        raise WrongRule(place, f"must be an object with one of {', '.join(kinds)}")
    [(kind, id)] = data.items()
    if not isinstance(id, str) or not id:
        raise WrongRule(f"{place}.{kind}", "must be the ID of a group")
    return Group(kind, id)


def to_json(audience: Audience) -> dict[str, Any]:
    said = {"any": audience.admitted, "not": audience.kept_out}
    return {name: [{group.kind: group.id} for group in groups] for name, groups in said.items() if groups}


def names_of(groups: Sequence[Group]) -> Mapping[Group, str]:
    """Of those that there are; one statement for each kind."""
    found: dict[Group, str] = {}
    for kind in {group.kind for group in groups}:
        named = group_kinds()[kind].names([group.id for group in groups if group.kind == kind])
        found |= {Group(kind, id): name for id, name in named.items()}
    return found


def sentence_of(audience: Audience) -> str:
    names, kinds = names_of(audience.groups), group_kinds()

    def said(group: Group) -> str:
        return f"{kinds[group.kind].words} {names.get(group, group.id)}"

    admitted = gettext(" or ").join(map(said, audience.admitted)) or gettext("everyone")
    kept_out = gettext(" or ").join(map(said, audience.kept_out))
    both = {"admitted": admitted, "kept_out": kept_out}
    return gettext("%(admitted)s, and not %(kept_out)s") % both if kept_out else admitted
