"""Refused rows are downloaded as rows, mended, and sent alone."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from loyalty.points.ledger.models import Balance
from loyalty.staff.models import User
from loyalty.transfer.models import ImportJob
from tests.transfer.conftest import Import, refusals
from tests.transfer.test_imports import counts

pytestmark = pytest.mark.django_db


@pytest.fixture
def pages(client: Client, manager: User) -> Client:
    client.force_login(manager)
    return client


def download(pages: Client, job: ImportJob) -> str:
    answer: Any = pages.get(reverse("transfer:refused", args=[job.pk]))
    return b"".join(answer.streaming_content).decode("utf-8-sig")


def test_refused_rows_are_downloaded_as_rows_with_the_reason(pages: Client, import_text: Import) -> None:
    job = import_text(
        '_id,action,points,reason\n1,opt_in,,\n1,point_add,five,"a\nb"\n1,point_add,5,\n,point_add,6,=cmd\n'
    )
    assert download(pages, job) == (
        '"_id","action","points","reason","refused_code","refused_reason"\r\n'
        '"1","point_add","five","a\nb","0","points: \'points\' must be a number such as 12.50"\r\n'
        '"","point_add","6","\'=cmd","0","_id: The row names no customer"\r\n'
    )


def test_what_is_mended_is_sent_alone_and_counts_once(pages: Client, import_text: Import) -> None:
    first = import_text(
        '_id,action,points\n1,opt_in,\n1,point_add,100\n1,point_fix,-7\n1,point_add,"1,500"\n1,point_add,-5x\n'
    )
    assert counts(first) == (5, 3, 0, 2)
    text = download(pages, first)
    assert "'-5x" in text
    mended = text.replace("1,500", "1500").replace("'-5x", "5")
    second = import_text(mended)
    assert counts(second) == (2, 2, 0, 0)
    assert counts(import_text(mended)) == (2, 0, 2, 0)
    assert Balance.objects.get().earned == 100 - 7 + 1500 + 5


def test_the_reason_of_the_last_time_gives_way_to_the_new_one(pages: Client, import_text: Import) -> None:
    second = import_text(download(pages, import_text("_id,action,points\n1,dance,5\n")))
    assert refusals(second) == [(2, "action", "Invalid action: dance")]
    assert download(pages, second).splitlines()[0] == '"_id","action","points","refused_code","refused_reason"'


def test_the_delimiter_stays_so_that_numbers_keep_their_meaning(pages: Client, import_text: Import) -> None:
    job = import_text("_id;action;points\n1;opt_in;\n1;point_add;1.000\n")
    assert download(pages, job).splitlines()[0] == '"_id";"action";"points";"refused_code";"refused_reason"'
    assert refusals(import_text(download(pages, job)))[0][2].startswith("“1.000” can be read as 1000 or 1.000")


def test_rows_that_could_not_be_read_are_there_too(pages: Client, import_text: Import) -> None:
    job = import_text('_id,action,points\n1,opt_in\n2,opt_in,,more\n3,"open\n4,dance,\n')
    lines = download(pages, job).splitlines()
    assert lines[1] == '"1","opt_in","","0","The row has 2 columns, the header has 3"'
    assert lines[2] == '"2","opt_in","","0","The row has 4 columns, the header has 3","more"'
    assert lines[3].startswith('"","","","0","A quotation mark opens in this row')
    assert lines[4].startswith('"4","dance","","10002","action: Invalid action')
