"""The programme as the migrations made it is built once for all tests: no other one takes its place."""

from typing import Any

import pytest
from django.db import transaction

from loyalty.engine.programs import programs
from loyalty.program.queries import program_version


@pytest.mark.django_db
def test_a_version_that_is_rolled_back_is_not_remembered(settings: Any) -> None:
    configure = programs.composition.configure
    assert configure is not None
    zone = settings.TIME_ZONE
    with transaction.atomic():
        first = configure().version
        settings.TIME_ZONE = "Pacific/Chatham"
        assert configure().version != first
        transaction.set_rollback(True)

    settings.TIME_ZONE = zone
    assert configure().version == program_version() == first
    assert configure().facts["time_zone"] == zone
