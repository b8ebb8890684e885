"""What rules and audiences ask of lists: whether somebody is on one. Of an inactive list the members stay."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from loyalty.facts.enums import Kind
from loyalty.facts.kinds import Ask, Fact, Facts, Option, Source
from segments.audience.kinds import Bind, GroupKind
from segments.enums import SegmentStatus
from segments.models import Segment
from segments.program import segments_asking

from .bindings import ListUse
from .enums import ListStatus
from .models import CustomerList

ON_LIST, LIST = "lists.member", "list"
# Of an archived one the members go in chunks: until they have gone they count no longer.
_MEMBERS = (
    "m.customer_list_id = (SELECT l.id FROM lists_customerlist l WHERE l.slug = {slug} AND l.status <> 'archived')"
)


def _choices() -> Sequence[tuple[str, str]]:
    return list(CustomerList.objects.exclude(status=ListStatus.ARCHIVED).values_list("slug", "name"))


def _on_list(ask: Ask) -> Source:
    where = [_MEMBERS.format(slug=ask.bind(ask.options[LIST])), ask.of("m.customer_id")]
    return Source("TRUE", "lists_listmember m", where, "m.customer_id")


FACTS = Facts(
    _("Customer lists"),
    (
        Fact(
            ON_LIST,
            "on list",
            Kind.YES,
            _("Is on a list"),
            _on_list,
            (Option(LIST, _("List"), Kind.CHOICE, choices=_choices),),
            negated="not on list",
        ),
    ),
)


def _names(ids: Collection[str]) -> Mapping[str, str]:
    return dict(CustomerList.objects.filter(slug__in=ids).values_list("slug", "name"))


def _open(ids: Collection[str]) -> Collection[str]:
    return list(CustomerList.objects.filter(slug__in=ids, status=ListStatus.ACTIVE).values_list("slug", flat=True))


def _offered() -> Sequence[tuple[str, str]]:
    return list(CustomerList.objects.filter(status=ListStatus.ACTIVE).values_list("slug", "name"))


def _members(id: str, bind: Bind) -> str:
    return f"SELECT m.customer_id FROM lists_listmember m WHERE {_MEMBERS.format(slug=bind(id))}"


_HELD = (
    "SELECT m.customer_id, l.slug, l.status = 'active' FROM lists_listmember m"
    " JOIN lists_customerlist l ON l.id = m.customer_list_id"
    " WHERE l.status <> 'archived' AND m.customer_id IN ({customers})"
)
GROUP = GroupKind("list", _("Customer list"), "on list", _offered, _names, _open, _members, _HELD)
USED_BY_SEGMENTS = ListUse(lambda slug: [segment.name for segment in segments_asking(ON_LIST, LIST, [slug])])


# A segment that a list backs: its rule asks for the members of one list, and for nothing else.


def rule_of(slug: str) -> dict[str, Any]:
    """The rule, as it is stored, that selects who is on the list."""
    return {"fact": ON_LIST, "options": {LIST: slug}}


def list_behind(rule: Any) -> str:
    """The ID of the list whose members a stored rule selects; "" for any other rule."""
    slug = (rule.get("options") or {}).get(LIST, "") if isinstance(rule, dict) else ""
    return str(slug) if rule == rule_of(slug) else ""


def lists_behind(segments: Collection[str]) -> Mapping[str, str]:
    """By the IDs of segments that are there: the list that each is backed by, "" for none."""
    rows = Segment.objects.exclude(status=SegmentStatus.ARCHIVED).filter(slug__in=segments)
    return {slug: list_behind(rule) for slug, rule in rows.values_list("slug", "rule")}
