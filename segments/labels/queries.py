"""Labels with how many have them, those of customers, and who has one."""

from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from customers.models import Customer
from customers.sight.queries import reached
from loyalty.staff.sight import EVERYTHING, Sight

from .enums import LabelStatus
from .identifiers import label_id
from .models import CustomerLabel, Label


def labels(text: str = "") -> QuerySet[Label]:
    """Those whose name or identifier has the text in it; none that was merged into another."""
    found = Label.objects.filter(merged_into__isnull=True)
    return found.filter(Q(slug__contains=label_id(text) or text) | Q(name__icontains=text)) if text else found


def counted(found: QuerySet[Label], sight: Sight = EVERYTHING) -> QuerySet[Label]:
    """With `size`: how many customers that are seen have each; whoever has what was merged into it has it."""
    held = CustomerLabel.objects.filter(reached(sight, "customer_id")).annotate(
        meant=Coalesce("label__merged_into", "label")
    )
    held = held.filter(meant=OuterRef("pk"))
    number = held.order_by().values("meant").annotate(number=Count("customer_id", distinct=True)).values("number")
    return found.annotate(size=Coalesce(Subquery(number, output_field=IntegerField()), 0))


def label_named(slug: str) -> Label | None:
    """By any identifier that it has, or has had."""
    return Label.objects.filter(aliases__slug=slug).first()


def active_labels() -> QuerySet[Label]:
    return labels().filter(status=LabelStatus.ACTIVE)


def members_of(label: Label, sight: Sight = EVERYTHING) -> QuerySet[Customer]:
    held = CustomerLabel.objects.filter(Q(label=label) | Q(label__merged_into=label))
    return Customer.objects.filter(reached(sight), id__in=held.values("customer_id"))


def customers_with(slugs: Collection[str]) -> QuerySet[CustomerLabel, Any]:
    """The ids of the customers who have any of these labels; twice for who has two."""
    own, shadow = Q(label__aliases__slug__in=slugs), Q(label__merged_into__aliases__slug__in=slugs)
    return CustomerLabel.objects.filter(own | shadow).values_list("customer_id", flat=True)


def size_of(label: Label, sight: Sight = EVERYTHING) -> int:
    return members_of(label, sight).count()


def labels_of(customers: Sequence[Customer]) -> dict[int, list[Label]]:
    """By customer, in the order of their names; one query."""
    found: dict[int, list[Label]] = {one.id: [] for one in customers}
    held = CustomerLabel.objects.filter(customer__in=customers).annotate(meant=Coalesce("label__merged_into", "label"))
    pairs = set(held.values_list("customer_id", "meant"))
    by_id = Label.objects.in_bulk({label for _, label in pairs}) if pairs else {}
    for customer, label in pairs:
        found[customer].append(by_id[label])
    return {
        customer: sorted(some, key=lambda label: (label.name.lower(), label.slug)) for customer, some in found.items()
    }


def merged_labels() -> dict[int, int]:
    """The labels that were merged into others and still have customers, by their internal ids."""
    left = Label.objects.filter(merged_into__isnull=False, holders__isnull=False).annotate(into=F("merged_into"))
    return dict(left.values_list("id", "into").distinct())
