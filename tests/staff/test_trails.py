"""What was done on the configuration pages, and what the nightly check found, can be added to and nothing else."""

import psycopg
import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.utils import timezone
from psycopg import sql

from loyalty.staff.audit.models import AuditEntry
from loyalty.staff.models import User
from loyalty.verify.models import Verification
from tests.engine.test_write_once import connect

TABLES = {"django_admin_log": "change_message", "points_verification": "seconds", "staff_auditentry": "operation"}
CHANGES = {
    "update": "UPDATE {table} SET {column} = {column}",
    "delete": "DELETE FROM {table}",
    "truncate": "TRUNCATE {table} CASCADE",
    "upsert": "INSERT INTO {table} SELECT * FROM {table} ON CONFLICT (id) DO UPDATE SET {column} = excluded.{column}",
    "disable the triggers": "ALTER TABLE {table} DISABLE TRIGGER USER",
}


@pytest.fixture(scope="module")
def written(committed_module: None) -> None:
    root = User.objects.create_superuser("root-user", password="x")
    LogEntry.objects.log_actions(root.pk, [root], CHANGE, "Looked at.", single_object=True)
    AuditEntry.objects.create(at=timezone.now(), staff=root, operation="customer.change")
    Verification.objects.create(at=timezone.now(), seconds=1, ok=True, found=0, compared={}, mismatches=[])


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("role", ["app", "owner"])
def test_a_trail_is_changed_by_nobody(written: None, table: str, name: str, role: str) -> None:
    statement = CHANGES[name].format(table=table, column=TABLES[table])
    with connect(role) as raw:
        if role == "owner" and name == "disable the triggers":  # the limit of it
            with raw.transaction(force_rollback=True):
                raw.execute(sql.SQL(statement))
            return
        with pytest.raises(psycopg.errors.InsufficientPrivilege), raw.transaction():
            raw.execute(sql.SQL(statement))
        assert raw.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone() == (1,)


@pytest.mark.parametrize("table", TABLES)
def test_the_application_has_no_other_right_than_to_add(written: None, table: str) -> None:
    rights = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE")
    with connect("app") as raw:
        found = [raw.execute("SELECT has_table_privilege(%s, %s)", [table, right]).fetchone() for right in rights]
    assert found == [(True,), (True,), (False,), (False,), (False,)]
    assert LogEntry.objects.exists()
