"""Without a Chromium the tests of pages are left out, and one line at the end says so; where CI is set they fail instead."""

import pytest

from tests.browser.chromium import CURE, find, is_ci

REASON = "No Chromium"


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Before a database is made for the test."""
    if item.get_closest_marker("browser") and not is_ci() and find() is None:
        pytest.skip(REASON)


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    if left_out := sum(isinstance(one.longrepr, tuple) and one.longrepr[2].endswith(REASON) for one in skipped):
        terminalreporter.write_line(
            f"{left_out} tests of pages were left out for want of a Chromium: {CURE}.", yellow=True
        )
