"""Files of codes: by the imports' page and the command, with the rows that are refused."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from coupons.bulk.imports import FILES
from coupons.models import Coupon
from loyalty.engine.events import Actor
from loyalty.intake.files import FileRow
from loyalty.staff.enums import Role
from loyalty.staff.models import StaffRole, User
from loyalty.staff.sender import Sender
from loyalty.transfer.importing.running import work
from loyalty.transfer.models import ImportJob
from loyalty.transfer.operations import import_here, start_import
from loyalty.transfer.reading.reader import UnreadableFile
from tests.coupons.pooling import STRONG, assign, balance, make_cards, make_pool, members

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


def brought(text: str) -> ImportJob:
    return import_here(model="coupon_codes", name="codes.csv", content=[text.encode()], now=timezone.now)


def refused(job: ImportJob) -> list[tuple[int, str, int, str]]:
    return list(job.refused_rows.order_by("line").values_list("line", "column", "code", "reason"))


def test_each_row_brings_a_code_into_its_pool_which_may_be_worth_something_else() -> None:
    make_pool("spring", external_id="SPRING-26")
    make_pool("summer", value="5")
    job = brought('Pool,code,value\nspring,A-1,\nSPRING-26,A-2,"12.50"\nsummer,A-1,7\n')

    assert (job.recorded, job.refused) == (3, 0)
    assert list(Coupon.objects.order_by("id").values_list("pool__slug", "code")) == [
        ("spring", "A-1"), ("spring", "A-2"), ("summer", "A-1"),
    ]  # fmt: skip
    assert sorted(f"{value:.2f}" for value in Coupon.objects.values_list("value", flat=True)) == [
        "10.00",
        "12.50",
        "7.00",
    ]


def test_rows_that_cannot_be_added_are_named_with_the_reason_and_the_others_are() -> None:
    make_pool("spring", "TAKEN")
    make_pool("made", source="generated", pattern=STRONG)
    make_pool("free", type="free_shipping", value=None)
    job = brought(
        "pool,code,value\nspring,A,\nspring,taken,\nspring,a,\nnone,B,\nmade,B,\nspring,,\nspring,a b,\nfree,B,3\nspring,C,0.005\n"
        ",D,\nspring,E,lots\nfree,F,\n"
    )

    assert refused(job) == [
        (3, "code", 0, "The code is in the pool already"),
        (4, "code", 0, "The code is in the pool already"),
        (5, "pool", 202001, "Coupon Pool not found"),
        (6, "pool", 0, "The codes of this pool are not uploaded"),
        (7, "code", 0, "The code must have 1 to 64 characters"),
        (8, "code", 0, "The code must be of visible ASCII characters, without blanks"),
        (9, "value", 0, "'value' is not of coupons for free shipping"),
        (10, "value", 0, "'value' must be at least 0.01, with at most two decimals"),
        (11, "pool", 0, "The row names no pool"),
        (12, "value", 0, "'value' must be a number"),
    ]
    assert list(Coupon.objects.order_by("id").values_list("code", flat=True)) == ["TAKEN", "A", "F"]


def test_a_gift_card_of_a_file_is_issued_with_its_own_value() -> None:
    make_cards()
    members("ann")
    brought("pool,code,value\ncards,GC-1,80\n")

    assert assign("ann", "cards") is None
    assert balance("GC-1") == 80


def test_a_file_that_comes_again_changes_nothing() -> None:
    make_pool()
    brought("pool,code\nspring,A\n")
    again = brought("pool,code\nspring,A\nspring,B\n")

    assert (again.recorded, again.unchanged, again.refused) == (1, 1, 0)


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("code,value", "The column “pool” is missing"),
        ("pool,value", "The column “code” is missing"),
        ("pool,code,customer", "There is no column “customer” in files of this kind"),
        ("pool,Pool,code", "both mean pool"),
    ],
)
def test_a_file_without_its_columns_is_given_up(header: str, reason: str) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        brought(f"{header}\n")


@pytest.mark.parametrize("number", [1, 3])
def test_a_chunk_takes_a_query_for_all_pools_and_one_for_each(number: int) -> None:
    make_pool()
    rows = [FileRow("spring", "id", {"code": f"A-{place}"}) for place in range(number)]
    with CaptureQueriesContext(connection) as queries:
        assert FILES.apply(rows, Actor("import"), timezone.now()) == [None] * number
    assert len(queries) == 2


def test_the_page_takes_such_files_of_who_may_configure_coupons(client: Client) -> None:
    make_pool()
    client.force_login(User.objects.create_user("ada", role=Role.ADMINISTRATOR))
    assert "Codes of coupons" in client.get(reverse("transfer:new")).content.decode()

    file = SimpleUploadedFile("codes.csv", b"pool,code\nspring,A\n")
    answer = client.post(reverse("transfer:new"), {"model": "coupon_codes", "file": file})
    work(job_id=ImportJob.objects.get().pk, now=timezone.now)

    assert "Codes of coupons ·" in client.get(answer["Location"]).content.decode()
    assert Coupon.objects.get().code == "A"


def test_whoever_imports_and_may_not_configure_coupons_is_offered_no_such_files(client: Client) -> None:
    make_pool()
    rights = set(StaffRole.objects.get(slug="manager").rights) - {"coupons.configure"}
    StaffRole.objects.create(slug="clerk", name="Clerk", rights=sorted(rights))
    client.force_login(User.objects.create_user("cleo", role="clerk"))
    page = client.get(reverse("transfer:new"))
    assert (page.status_code, "Codes of coupons" in page.content.decode()) == (200, False)

    file = SimpleUploadedFile("codes.csv", b"pool,code\nspring,A\n")
    assert client.post(reverse("transfer:new"), {"model": "coupon_codes", "file": file}).status_code == 422
    by = Sender(User.objects.get(username="cleo"), timezone.now())
    with pytest.raises(PermissionDenied):
        start_import(model="coupon_codes", name="codes.csv", content=[b"pool,code\nspring,A\n"], by=by)
    assert not ImportJob.objects.exists()


def test_the_command_takes_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_pool()
    path = tmp_path / "codes.csv"
    path.write_text("pool,code\nspring,A\n")

    call_command("import_file", str(path), "--model", "coupon_codes")

    assert json.loads(capsys.readouterr().out)["recorded"] == 1
