"""What the composition gathers from the rooms."""

from collections import Counter
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.urls import reverse

from customers.profile.frame import ProfileAction, ProfileTab
from loyalty.celery import app
from loyalty.composition import COMPOSITION, CONTRIBUTIONS, ROOMS
from loyalty.contributions import contributed
from loyalty.program.rooms import by_foreign_keys
from loyalty.timers import Timer
from loyalty.ui.navigation import Entry
from tests.house.sources import modules


@pytest.mark.parametrize("timer", contributed(Timer), ids=lambda timer: timer.name)
def test_a_timer_wakes_a_task_that_there_is(timer: Timer) -> None:
    app.loader.import_default_modules()
    assert timer.task in app.tasks
    entry = {"task": timer.task, "schedule": timer.schedule, "options": timer.options}
    assert settings.CELERY_BEAT_SCHEDULE[timer.name] == entry


def test_no_timer_takes_the_place_of_another() -> None:
    assert len(contributed(Timer)) == len(settings.CELERY_BEAT_SCHEDULE) > 1


@pytest.mark.parametrize("kind", [ProfileTab, ProfileAction])
def test_every_place_on_a_profile_leads_to_a_page(kind: Any) -> None:
    """Of a customer, with whatever else the address takes."""
    for one in contributed(kind):
        assert reverse(one.page, args=[1, *getattr(one, "arguments", ())]).startswith("/customers/1/")


def test_every_entry_of_the_navigation_leads_to_a_page() -> None:
    assert [reverse(entry.url_name) for entry in contributed(Entry)]


def test_tables_are_written_after_those_that_their_foreign_keys_name() -> None:
    backwards = tuple(reversed(COMPOSITION.tables))
    places = {table.name: place for place, table in enumerate(by_foreign_keys(backwards))}
    models = {model._meta.db_table: model for model in apps.get_models()}

    for name, place in places.items():
        keys = (key.related_model for key in models[name]._meta.concrete_fields if key.is_relation)
        named = {model._meta.db_table for model in keys if model} & places.keys() - {name}
        assert all(places[other] < place for other in named), name
    assert places["customers_identity"] > places["customers_customer"], "there are such keys"
    assert list(places) != [table.name for table in backwards]


def test_a_contribution_is_gathered_once() -> None:
    assert max(Counter(map(id, CONTRIBUTIONS)).values()) == 1


def test_every_room_that_acts_in_the_engine_is_listed() -> None:
    found = {name.removesuffix(".room") for name in modules() if name.endswith(".room")}

    assert found == {room for room in ROOMS if f"{room}.room" in modules()}


@pytest.mark.parametrize("room", ROOMS)
def test_a_listed_room_says_what_it_does_or_shows(room: str) -> None:
    assert {f"{room}.room", f"{room}.contributions"} & modules().keys()
