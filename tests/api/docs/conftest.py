"""What tests of the documents need of the machine."""

import os
import shutil

import pytest


@pytest.fixture
def with_curl() -> None:
    """The documents show commands of curl. Without it the rest runs; in CI this fails."""
    if shutil.which("curl"):
        return
    missing = "curl is missing: apt-get install curl"
    if os.environ.get("CI"):
        pytest.fail(missing)
    pytest.skip(missing)
