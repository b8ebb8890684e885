"""The pages on which something new is configured."""

import html
import re

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from loyalty.staff.enums import Role
from loyalty.staff.models import User

# Unfold's templates name variables that are not always there.
pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]


@pytest.fixture
def administrator(client: Client) -> Client:
    client.force_login(User.objects.create_user("ada", role=Role.ADMINISTRATOR))
    return client


MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_an_add_page_shows_no_object_of_the_program_and_nothing_that_cannot_be_entered(
    administrator: Client, model: type
) -> None:
    answer = administrator.get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add"))  # type: ignore[attr-defined]
    if answer.status_code == 403:
        return
    assert answer.status_code == 200
    text = html.unescape(answer.content.decode())
    assert not re.search(r"<[\w.]+ object at 0x|DatabaseDefault", text)
    assert 'class="readonly"' not in text


def test_there_are_add_pages(administrator: Client) -> None:
    """The control: the test above has not skipped them all."""
    names = {model.__name__ for model in MODELS}
    assert {"Account", "Bonus", "EventType", "Field", "User", "ApiKey"} <= names
