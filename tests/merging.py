"""Merges as staff make them."""

from datetime import datetime

from customers.enums import MergeKind
from customers.merging.operations import merge_customers
from customers.models import Customer, Merge
from loyalty.engine.events import Actor
from loyalty.intake.sources import Source

from .factories import NOON


def merge(source: Customer, target: Customer, at: datetime = NOON) -> Merge:
    """The target survives."""
    return merge_customers(source, target, kind=MergeKind.PARTIAL, by=Actor(Source.BACK_OFFICE.value), at=at)
