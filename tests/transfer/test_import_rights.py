"""Files of a kind that a room takes ask for the room's own right, of whoever has to do with them."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from loyalty.contributions import contributed
from loyalty.intake.files import Importable
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from loyalty.staff.sender import Sender
from loyalty.transfer.enums import JobStatus
from loyalty.transfer.models import ImportJob, RefusedRow
from loyalty.transfer.operations import cancel_import, confirm_import, count_again, note_download, start_import

pytestmark = pytest.mark.django_db
CODE = "SECRET-1"


@pytest.fixture
def integrator() -> User:
    return User.objects.create_user("iris", role=Role.INTEGRATOR)


def codes_of_coupons(status: str = JobStatus.FINISHED) -> ImportJob:
    """Somebody else's file; of a finished one a row was refused."""
    job = ImportJob.objects.create(
        model="coupon_codes", file_name="codes.csv", size=9, created_at=timezone.now(), status=status,
        rows_done=1, refused=1,
    )  # fmt: skip
    RefusedRow.objects.create(job=job, line=2, column="code", reason=f"There is a coupon {CODE} already")
    return job


def test_each_kind_of_file_that_a_room_takes_asks_for_a_right_of_the_room() -> None:
    assert {kind.name: kind.right and kind.right.code for kind in contributed(Importable)} == {
        "customer_lists": "lists.members",
        "segment_members": "segments.change",
        "user_groups": "groups.give",
        "coupon_codes": "coupons.configure",
    }


@pytest.mark.parametrize(("model", "column"), [("customer_lists", "customer_list"), ("user_groups", "user_group")])
def test_whoever_may_import_and_not_give_memberships_gives_none_by_a_file(
    integrator: User, client: Client, model: str, column: str
) -> None:
    text = f"id,{column}\nann,vip\n".encode()
    with pytest.raises(PermissionDenied):
        start_import(model=model, name="x.csv", content=[text], by=Sender(integrator, timezone.now()))
    client.force_login(integrator)

    assert f'value="{model}"' not in client.get(reverse("transfer:new")).content.decode()
    assert not ImportJob.objects.exists()


@pytest.mark.parametrize(
    "deed",
    [
        lambda job, by: confirm_import(job_id=job.pk, by=by),
        lambda job, by: cancel_import(job_id=job.pk, by=by),
        lambda job, by: note_download(job=job, by=by),
        lambda job, by: count_again(job_id=job.pk, by=by),
    ],
    ids=["start", "cancel", "download", "count again"],
)
def test_a_waiting_file_of_others_is_left_alone_by_whoever_lacks_the_right_of_its_kind(
    integrator: User, deed: Any
) -> None:
    job = codes_of_coupons(JobStatus.UPLOADED)

    with pytest.raises(PermissionDenied, match="coupon pools"):
        deed(job, Sender(integrator, timezone.now()))
    job.refresh_from_db()
    assert job.status == JobStatus.UPLOADED


@pytest.mark.parametrize("role", [Role.INTEGRATOR, Role.ANALYST])
def test_refused_rows_are_not_for_whoever_lacks_the_right_of_their_kind(client: Client, role: Role) -> None:
    job = codes_of_coupons()
    client.force_login(User.objects.create_user("iris", role=role))

    for name in ("import", "progress"):
        page = client.get(reverse(f"transfer:{name}", args=[job.pk])).content.decode()
        assert CODE not in page
        assert "is shown to those who may also create and change coupon pools" in page
    assert client.get(reverse("transfer:refused", args=[job.pk])).status_code == 403
    assert client.post(reverse("transfer:start", args=[job.pk])).status_code == 403


def test_whoever_has_the_right_of_the_kind_sees_and_downloads_the_refused_rows(client: Client) -> None:
    job = codes_of_coupons()
    client.force_login(User.objects.create_user("ada", role=Role.MANAGER))

    assert CODE in client.get(reverse("transfer:import", args=[job.pk])).content.decode()
    assert CODE in client.get(reverse("transfer:refused", args=[job.pk])).getvalue().decode()
