"""The settings of the tests, which are read before any conftest: a data folder of their own, and the role that may
create the test database. The tests themselves run as the application's role."""

import os
from pathlib import Path

os.environ.setdefault("LOYALTY_DATA_DIR", str(Path(__file__).resolve().parent.parent / ".data" / "test"))
os.environ["LOYALTY_DATABASE_ROLE"] = "owner"

from loyalty.database import patience
from loyalty.settings import *  # noqa: F403

# As commands are: the tests hold locks for as long as a slow machine needs.
LOYALTY_PATIENCE = patience.BY_PROCESS["command"]
DATABASES["default"]["OPTIONS"]["options"] = LOYALTY_PATIENCE.options()  # noqa: F405

# Static files straight from their sources: nothing is collected for a test.
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True

LOYALTY_API_KEY_SECONDS = 0.0
# Never, but where a test asks: the number of queries is the same for the first request and the next.
LOYALTY_API_KEY_NOTED_SECONDS = float("inf")
