"""Lists with how many are on them, and the members of one."""

from collections.abc import Collection, Sequence

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from customers.models import Customer
from customers.sight.queries import reached
from loyalty.staff.sight import EVERYTHING, Sight

from .enums import ListStatus
from .models import CustomerList, ListMember


def lists(statuses: Collection[str] = ()) -> QuerySet[CustomerList]:
    return CustomerList.objects.filter(status__in=statuses) if statuses else CustomerList.objects.all()


def counted(found: QuerySet[CustomerList], sight: Sight = EVERYTHING) -> QuerySet[CustomerList]:
    """With `size`: how many that are seen are on each, none on an archived one."""
    seen = ListMember.objects.filter(reached(sight, "customer_id"), customer_list=OuterRef("pk"))
    members = seen.order_by().values("customer_list")
    size = Subquery(members.annotate(number=Count("customer_id")).values("number"), output_field=IntegerField())
    return found.annotate(size=Coalesce(size, 0))


def list_named(slug: str) -> CustomerList | None:
    return CustomerList.objects.filter(slug=slug).first()


def open_list(slug: str) -> CustomerList | None:
    """None for an archived one, too."""
    return CustomerList.objects.exclude(status=ListStatus.ARCHIVED).filter(slug=slug).first()


def members_of(found: CustomerList, sight: Sight = EVERYTHING) -> QuerySet[ListMember]:
    """Those that are seen, with the customers; of an archived list nobody, though it may not be cleared yet."""
    rows = ListMember.objects.filter(reached(sight, "customer_id"), customer_list=found).select_related("customer")
    return rows.none() if found.is_archived else rows


def size_of(found: CustomerList, sight: Sight = EVERYTHING) -> int:
    return members_of(found, sight).count()


def on_list(found: CustomerList, customers: Sequence[Customer]) -> set[int]:
    """Those of these who are on it."""
    return set(members_of(found).filter(customer__in=customers).values_list("customer_id", flat=True))


def lists_of(customer: Customer) -> list[CustomerList]:
    """In the order of their names."""
    found = CustomerList.objects.filter(members__customer=customer).exclude(status=ListStatus.ARCHIVED)
    return list(found.order_by("name", "slug"))
