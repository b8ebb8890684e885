"""What staff do with labels: give one, take it, rename, switch off, merge two."""

from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from loyalty.engine.mechanism import Outcome
from loyalty.intake.staff import BY_HAND, deed_of, record_by_hand
from loyalty.program.enums import Origin
from loyalty.program.operations import program_change
from loyalty.staff.audit.deeds import Approvable, Deed, Nothing, operation
from loyalty.staff.sender import Sender
from loyalty.timers import wake
from segments.program import compute_anew, segments_asking

from .attributes import GIVEN, TAKEN
from .enums import LabelStatus
from .facts import HAS_LABEL, LABEL
from .identifiers import label_id
from .models import Label, LabelAlias
from .queries import label_named, size_of
from .rights import CONFIGURE_LABELS, GIVE_LABELS

REPLACE = "segments.labels.merging.tasks.replace"


class NoSuchLabel(Exception):
    """There is no label of this identifier."""


class TakenName(Exception):
    """Another label has, or has had, the identifier that the name would give: `label` is that one."""

    def __init__(self, label: Label) -> None:
        super().__init__(label.name)
        self.label = label


class NoName(Exception):
    """A name without letters and digits gives no identifier."""


LABELS = Approvable("labels", _("Labels"), (NoSuchLabel, TakenName, NoName))


@operation(right=GIVE_LABELS, audit="label.give", approvable=BY_HAND)
def give_label(*, customer: Customer, text: str, by: Sender) -> Deed[Outcome]:
    """Raises Refused naming the field, PermissionDenied."""
    return deed_of(record_by_hand(customer.public_id, "profile", {GIVEN: [text]}, by=by), after={"label": text})


@operation(right=GIVE_LABELS, audit="label.take", approvable=BY_HAND)
def take_label(*, customer: Customer, slug: str, by: Sender) -> Deed[Outcome]:
    """Raises Refused naming the field, PermissionDenied."""
    return deed_of(record_by_hand(customer.public_id, "profile", {TAKEN: [slug]}, by=by), before={"label": slug})


@operation(right=CONFIGURE_LABELS, audit="label.rename", approvable=LABELS)
def rename_label(*, slug: str, name: str, by: Sender) -> Deed[str]:
    """Its new identifier; the old one still means it. Raises NoSuchLabel, NoName, TakenName."""
    found, wanted = _known(slug), label_id(name)
    if not wanted:
        raise NoName
    other = label_named(wanted)
    if other is not None and other != found:
        raise TakenName(other)
    before = {"name": found.name, "id": found.slug}
    if before == {"name": name, "id": wanted}:
        return Nothing(wanted)
    with program_change(by=by.user, at=by.at, origin=Origin.ADMIN):
        LabelAlias.objects.get_or_create(slug=wanted, defaults={"label": found})
        Label.objects.filter(pk=found.pk).update(slug=wanted, name=name)
    return Deed(wanted, subject=_subject(wanted), before=before, after={"name": name, "id": wanted})


@operation(right=CONFIGURE_LABELS, audit="label.status", approvable=LABELS)
def set_status(*, slug: str, status: LabelStatus, by: Sender) -> Deed[None]:
    """Raises NoSuchLabel."""
    found = _known(slug)
    if found.status == status:
        return Nothing(None)
    with program_change(by=by.user, at=by.at, origin=Origin.ADMIN):
        Label.objects.filter(pk=found.pk).update(status=status)
    return Deed(None, subject=_subject(found.slug), before={"status": found.status}, after={"status": status.value})


@operation(right=CONFIGURE_LABELS, audit="label.merge", approvable=LABELS)
def merge_labels(*, slug: str, into: str, by: Sender) -> Deed[None]:
    """Whoever has the one has the other from now on, and its identifiers mean the other. Raises NoSuchLabel."""
    source, target = _known(slug), _known(into)
    if source == target:
        raise NoSuchLabel(into)
    moved, asked = size_of(source), _identifiers(source, target)
    with program_change(by=by.user, at=by.at, origin=Origin.ADMIN):
        LabelAlias.objects.filter(label=source).update(label=target)
        Label.objects.filter(merged_into=source).update(merged_into=target)
        Label.objects.filter(pk=source.pk).update(merged_into=target)
        compute_anew(segments_asking(HAS_LABEL, LABEL, asked))
    wake(REPLACE)
    before = {"name": source.name, "id": source.slug, "customers": moved}
    return Deed(None, subject=_subject(target.slug), before=before, after={"name": target.name, "id": target.slug})


def _identifiers(*found: Label) -> list[str]:
    return list(LabelAlias.objects.filter(label__in=found).values_list("slug", flat=True))


def _known(slug: str) -> Label:
    found = label_named(slug)
    if found is None:
        raise NoSuchLabel(slug)
    return found


def _subject(slug: str) -> str:
    return f"label:{slug}"
