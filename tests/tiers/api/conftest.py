"""Berlin, a key, and a clock that stands still."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch

import pytest
from django.utils import timezone

from tests.api_keys import development_key
from tests.tiers.api.telling import KEY
from tests.tiers.ladders import START

Clock = Callable[[dt.datetime], None]


@pytest.fixture(autouse=True)
def in_berlin(db: None, settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    development_key(KEY)


@pytest.fixture(autouse=True)
def clock() -> Iterator[Clock]:
    """It is START, until a test says otherwise."""
    now = [START]
    with patch.object(timezone, "now", lambda: now[0].astimezone(dt.UTC)):
        yield lambda at: now.__setitem__(0, at)
