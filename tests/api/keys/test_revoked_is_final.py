"""A revoked API key stays revoked, whoever writes to the database; what was done to a key is in its history."""

import psycopg
import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from loyalty.api.keys.models import ApiKey
from loyalty.api.keys.operations import add_secret, retire_secret, revoke
from loyalty.api.keys.queries import api_key
from loyalty.staff.audit.models import AuditEntry
from loyalty.staff.models import User
from loyalty.staff.sender import Sender
from tests.api_keys import development_key, server_key
from tests.engine.world import rows

pytestmark = pytest.mark.django_db
BACK = {
    "switched on": "UPDATE staff_apikey SET active = true",
    "renamed, so that its name is free": "UPDATE staff_apikey SET key = 'other'",
    "widened": "UPDATE staff_apikey SET may_fix_points = true",
    "deleted, so that its name is free": "DELETE FROM staff_apikey",
    "another secret": "INSERT INTO staff_apisecret (api_key_id, place, sealed, created_at)"
    " SELECT id, 1, '', now() FROM staff_apikey",
    "upsert": "INSERT INTO staff_apikey SELECT * FROM staff_apikey ON CONFLICT (id) DO UPDATE SET active = true",
    "merge": "MERGE INTO staff_apikey t USING staff_apikey s ON t.id = s.id WHEN MATCHED THEN UPDATE SET active = true",
}


@pytest.fixture
def root() -> User:
    return User.objects.create_superuser("root-user", password="x")


@pytest.fixture
def revoked(root: User) -> ApiKey:
    key = development_key()
    revoke(key, by=Sender(root, timezone.now()))
    return key


@pytest.mark.parametrize("name", BACK)
def test_no_statement_brings_a_revoked_key_back(revoked: ApiKey, name: str) -> None:
    with pytest.raises(DatabaseError) as refused, transaction.atomic():
        rows(BACK[name])

    assert isinstance(refused.value.__cause__, psycopg.errors.InsufficientPrivilege)
    assert api_key(revoked.key) is None
    assert not ApiKey.objects.get().active


@pytest.mark.parametrize("name", sorted(set(BACK) - {"deleted, so that its name is free"}))
def test_the_same_statement_works_on_a_key_in_use(name: str) -> None:
    key = development_key()
    key.secrets.all().delete()
    rows(BACK[name])
    assert ApiKey.objects.get().active


def test_no_key_is_deleted_instead_of_revoked() -> None:
    development_key()
    with pytest.raises(DatabaseError, match="revoked is final"), transaction.atomic():
        ApiKey.objects.all().delete()


def test_that_it_was_used_a_moment_ago_may_still_be_noted(revoked: ApiKey) -> None:
    rows("UPDATE staff_apikey SET last_used_at = now()")
    assert ApiKey.objects.get().last_used_at


def test_a_key_read_before_it_was_revoked_is_saved_without_effect(root: User) -> None:
    before = development_key()
    revoke(before, by=Sender(root, timezone.now()))
    before.name = "Till 2"

    with pytest.raises(DatabaseError), transaction.atomic():
        before.save()
    assert api_key(before.key) is None


def test_what_was_done_to_a_key_is_recorded_with_who_did_it(root: User) -> None:
    key = server_key()
    add_secret(key, by=Sender(root, timezone.now()))
    retire_secret(key, 1, by=Sender(root, timezone.now()))
    revoke(key, by=Sender(root, timezone.now()))

    found = AuditEntry.objects.order_by("id").values_list("staff__username", "subject", "operation")
    subject = f"api_key:{key.pk}"
    assert list(found)[1:] == [
        ("root-user", subject, "api_key.add_secret"),
        ("root-user", subject, "api_key.retire_secret"),
        ("root-user", subject, "api_key.revoke"),
    ]


@pytest.mark.ignore_template_errors
def test_the_history_of_a_key_shows_it(client: Client, root: User, revoked: ApiKey) -> None:
    client.force_login(root)
    html = client.get(f"/admin/staff/apikey/{revoked.pk}/history/", follow=True).content.decode()
    assert ">API key revoked</a>" in html
    assert ">Logged in</a>" not in html


def test_what_is_refused_leaves_no_trace_of_a_deed(root: User) -> None:
    key = server_key()
    with pytest.raises(Exception, match="only secret"):
        retire_secret(key, 1, by=Sender(root, timezone.now()))
    assert [one.operation for one in AuditEntry.objects.all()] == ["api_key.create"]
