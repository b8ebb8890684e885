import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from customers.models import Customer
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from loyalty.transfer.enums import JobStatus
from loyalty.transfer.models import ImportJob
from loyalty.transfer.tasks import resume_imports

from .conftest import SAMPLE
from .processes import end, start_worker

WAIT = 60


@pytest.mark.usefixtures("committed_db")
def test_a_file_uploaded_in_the_back_office_is_imported_by_a_worker() -> None:
    client = Client()
    client.force_login(User.objects.create_user("manager", role=Role.MANAGER))
    file = SimpleUploadedFile("sample.csv", SAMPLE)
    address = client.post(reverse("transfer:new"), {"model": "events", "file": file})["Location"]
    worker = start_worker()
    try:
        for _ in range(WAIT):
            if ImportJob.objects.get().status != JobStatus.PROCESSING:
                break
            time.sleep(0.5)
            # As beat does: another session's worker may have taken the message from the queue.
            resume_imports()
    finally:
        end(worker)
    assert "Finished" in client.get(address).content.decode()
    assert Customer.objects.filter(status="active").count() == 3
    assert ImportJob.objects.get().recorded == 3
