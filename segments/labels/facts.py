"""What rules and audiences ask of labels: whether somebody has one, by any identifier that it has or has had."""

from collections.abc import Collection, Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from loyalty.facts.enums import Kind
from loyalty.facts.kinds import Ask, Fact, Facts, Option, Source
from segments.audience.kinds import Bind, GroupKind

from .enums import LabelStatus
from .models import LabelAlias

HAS_LABEL, LABEL = "labels.holder", "label"
# Whoever has what was merged into a label has that label.
_HELD = (
    "h.label_id IN (SELECT l.id FROM labels_label l JOIN labels_labelalias a ON a.label_id IN (l.id, l.merged_into_id)"
    " WHERE a.slug = {slug})"
)


def _choices() -> Sequence[tuple[str, str]]:
    """Identifiers of before a renaming are offered as well: rules may still name them."""
    rows = LabelAlias.objects.order_by("label__name", "slug").values_list("slug", "label__slug", "label__name")
    return [(slug, name if slug == current else f"{name} ({slug})") for slug, current, name in rows]


def _has_label(ask: Ask) -> Source:
    where = [_HELD.format(slug=ask.bind(ask.options[LABEL])), ask.of("h.customer_id")]
    return Source("TRUE", "labels_customerlabel h", where, "h.customer_id")


FACTS = Facts(
    _("Labels"),
    (
        Fact(
            HAS_LABEL,
            "has label",
            Kind.YES,
            _("Has a label"),
            _has_label,
            (Option(LABEL, _("Label"), Kind.CHOICE, choices=_choices),),
            negated="does not have label",
        ),
    ),
)


def _names(ids: Collection[str]) -> Mapping[str, str]:
    return dict(LabelAlias.objects.filter(slug__in=ids).values_list("slug", "label__name"))


def _open(ids: Collection[str]) -> Collection[str]:
    rows = LabelAlias.objects.filter(slug__in=ids, label__status=LabelStatus.ACTIVE)
    return list(rows.values_list("slug", flat=True))


def _members(id: str, bind: Bind) -> str:
    return f"SELECT h.customer_id FROM labels_customerlabel h WHERE {_HELD.format(slug=bind(id))}"


# By each identifier; whether it admits is said by the label that the identifier means.
_OF_CUSTOMERS = (
    "SELECT h.customer_id, a.slug, named.status = 'active' FROM labels_customerlabel h"
    " JOIN labels_label l ON l.id = h.label_id JOIN labels_labelalias a ON a.label_id IN (l.id, l.merged_into_id)"
    " JOIN labels_label named ON named.id = a.label_id WHERE h.customer_id IN ({customers})"
)
GROUP = GroupKind("label", _("Label"), "with label", _choices, _names, _open, _members, _OF_CUSTOMERS)
