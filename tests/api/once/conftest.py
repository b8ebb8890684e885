"""Who writes, and somebody to write about."""

import pytest

from loyalty.api.keys.models import ApiKey
from tests.api_keys import development_key
from tests.engine.world import accepted, event


@pytest.fixture
def key(db: None) -> ApiKey:
    return development_key()


@pytest.fixture
def ann(key: ApiKey) -> None:
    accepted(event("ann", "opt_in", email="ann@example.com"))
