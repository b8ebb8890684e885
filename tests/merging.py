"""Merges as staff make them."""

from datetime import datetime

from customers.enums import MergeKind
from customers.merging.operations import record_merge
from customers.models import Customer, Merge
from loyalty.engine.events import Actor
from loyalty.intake.sources import Source
from tests.factories import NOON


def merge(source: Customer, target: Customer, at: datetime = NOON) -> Merge:
    """The target survives."""
    record_merge(source, target, kind=MergeKind.PARTIAL, by=Actor(Source.BACK_OFFICE.value), at=at)
    return Merge.objects.get(source=source)
