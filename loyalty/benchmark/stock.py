"""The customer import as django-import-export does it: a resource of the customers' table alone, of which nobody has said
anything more; and one that also writes, row by row, what the program's import writes to its other tables.
"""

import csv
import time
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import tablib
from django.utils import timezone
from import_export.fields import Field
from import_export.resources import ModelResource

from customers.models import Customer, Identity
from events.models import Event
from loyalty.accounts.models import Account
from loyalty.points.ledger.models import Balance
from loyalty.program.models import ProgramVersion


class CustomerResource(ModelResource):
    """The file's columns, and what the table cannot do without."""

    public_id = Field(attribute="public_id", column_name="id")

    def before_save_instance(self, instance: Customer, row: Mapping[str, Any], **kwargs: Any) -> None:
        instance.status = "active"
        instance.created_at = instance.updated_at = instance.optin_at = timezone.now()

    class Meta:
        model = Customer
        import_id_fields = ("public_id",)
        fields = (
            "public_id", "first_name", "last_name", "email", "mobile_phone", "birth_date", "gender", "language", "country",
            "currency",
        )  # fmt: skip


class WholeCustomerResource(CustomerResource):
    """Nothing that is the same for all rows is read for each."""

    class Meta(CustomerResource.Meta):
        pass

    def before_import(self, dataset: tablib.Dataset, **kwargs: Any) -> None:
        self.account = Account.objects.get(is_default=True)
        self.version = ProgramVersion.objects.values_list("version", flat=True).get()

    def after_save_instance(self, instance: Customer, row: Mapping[str, Any], **kwargs: Any) -> None:
        at = timezone.now()
        Identity.objects.create(scheme="id", value=instance.public_id, customer=instance)
        Event.objects.create(
            customer=instance, action="opt_in", data={name: value for name, value in row.items() if name != "id"},
            source="import", occurred_at=at, recorded_at=at, program_version=self.version,
        )  # fmt: skip
        Balance.objects.create(customer=instance, account=self.account)


RESOURCES = {"as_it_is": CustomerResource, "same_tables": WholeCustomerResource}


def import_file(path: str, resource: str, most: int) -> dict[str, Any]:
    """The first rows of the file. Raises SystemExit if any is refused."""
    with Path(path).open(newline="") as file:
        rows = csv.reader(file)
        dataset = tablib.Dataset(headers=next(rows))
        for row in islice(rows, most):
            dataset.append(row)
    started = time.perf_counter()
    done = RESOURCES[resource]().import_data(dataset, use_transactions=True, raise_errors=True)
    seconds = time.perf_counter() - started
    if done.totals["new"] != len(dataset):
        raise SystemExit(f"{done.totals['new']} of {len(dataset)} rows were imported")
    return {"rows": len(dataset), "seconds": seconds}
