"""What the composition gathers from the rooms."""

from collections import Counter
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse

from customers.profile.frame import ProfileAction, ProfileTab
from loyalty.celery import app
from loyalty.composition import CONTRIBUTIONS
from loyalty.contributions import contributed
from loyalty.timers import Timer
from loyalty.ui.navigation import Entry


@pytest.mark.parametrize("timer", contributed(Timer), ids=lambda timer: timer.name)
def test_a_timer_wakes_a_task_that_there_is(timer: Timer) -> None:
    app.loader.import_default_modules()
    assert timer.task in app.tasks
    assert settings.CELERY_BEAT_SCHEDULE[timer.name] == {"task": timer.task, "schedule": timer.schedule}


def test_no_timer_takes_the_place_of_another() -> None:
    assert len(contributed(Timer)) == len(settings.CELERY_BEAT_SCHEDULE) > 1


@pytest.mark.parametrize("kind", [ProfileTab, ProfileAction])
def test_every_place_on_a_profile_leads_to_a_page(kind: Any) -> None:
    """Of a customer, with whatever else the address takes."""
    for one in contributed(kind):
        assert reverse(one.page, args=[1, *getattr(one, "arguments", ())]).startswith("/customers/1/")


def test_every_entry_of_the_navigation_leads_to_a_page() -> None:
    assert [reverse(entry.url_name) for entry in contributed(Entry)]


def test_a_contribution_is_gathered_once() -> None:
    assert max(Counter(map(id, CONTRIBUTIONS)).values()) == 1
