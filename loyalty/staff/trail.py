"""What administrators did that no form records: kept in Django's admin log, which the page of a row shows as its history."""

from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import Model

from .models import User


def record_deed(row: Model, what: str, *, by: User) -> None:
    """In the transaction of the deed. `what`: a sentence without secrets and without personal data of customers."""
    LogEntry.objects.log_actions(by.pk, [row], CHANGE, what, single_object=True)
