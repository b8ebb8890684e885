"""A real browser on a real server. Each test has a database of its own, so what it does may be committed."""

import os
from collections.abc import Callable
from pathlib import Path
from re import sub
from typing import Any
from urllib.parse import urlsplit
from zlib import crc32

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import ConsoleMessage, Page, expect

from loyalty.staff.enums import Role
from loyalty.staff.models import User
from tests.browser import chromium

# On a machine that is busy with other tests too.
expect.set_options(timeout=20_000)

PASSWORD = "correct horse battery"
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
AXE = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
# Colours change by transitions, of which even the shortest ends with a frame.
SETTLE = """async () => {
    for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
    await Promise.allSettled(document.getAnimations().map((animation) => animation.finished));
}"""
LAYOUT = (Path(__file__).parent / "layout.js").read_text()
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session", autouse=True)
def node_that_starts() -> None:
    """Before Playwright starts its driver."""
    os.environ.update(chromium.node_of_playwright())


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The one that was found, or the one failure of all where none may be left out."""
    try:
        found = chromium.find()
    except chromium.NoBrowser as reason:
        pytest.fail(str(reason), pytrace=False)
    if found is None:
        pytest.fail(f"No Chromium: {chromium.CURE}.", pytrace=False)
    return {**browser_type_launch_args, "executable_path": found, "args": QUIET}


@pytest.fixture(scope="session")
def base_url(server: str) -> str:
    """In place of playwright's, whose definition this pytest warns of; pages may then be named by their path."""
    return server


@pytest.fixture
def manager(served: str) -> User:
    return User.objects.create_user("dana", password=PASSWORD, role=Role.MANAGER, first_name="Dana", last_name="Wells")


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """What the browser complains of, a refusal of the content policy included; the test asserts that it is empty."""
    found: list[str] = []

    def hear(text: str) -> None:
        # That of one page to the next, when the next has come before it could begin.
        if not text.startswith("Transition was "):
            found.append(text)

    def read(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            hear(message.text)

    page.on("console", read)
    page.on("pageerror", lambda error: hear(str(error)))
    return found


@pytest.fixture
def signed_in(page: Page, served: str, manager: User) -> Page:
    """A page whose visitor has logged in as a manager. `test_log_in.py` does it through the form."""
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    sign_in(page, served, manager)
    page.goto("/customers/")
    return page


def sign_in(page: Page, address: str, user: User) -> None:
    """In place of whoever was."""
    visitor = Client()
    visitor.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": visitor.cookies[name].value, "url": address}])


def _settled(page: Page) -> list[tuple[str, list[str]]]:
    """What axe finds once the page stands still: on a busy machine colours of the other scheme may last some frames."""
    found: list[tuple[str, list[str]]] = []
    for _ in range(3):
        page.evaluate(SETTLE)
        violations = Axe().run(page, options=AXE).response["violations"]
        found = [(one["id"], [node["html"] for node in one["nodes"]]) for one in violations]
        if {name for name, _ in found} != {"color-contrast"}:
            break
        page.wait_for_timeout(300)
    return found


def layout_faults(page: Page) -> list[str]:
    """What overflows, is cut off, covers something else, or stands beside its head; in words."""
    found: list[str] = page.evaluate(LAYOUT)
    return found


def _schemes(page: Page) -> dict[int, tuple[str, ...]]:
    """By width. Each day a page is looked at in both widths and in both schemes, half of the pages the other way round; with
    `LOOKS=all` (`make prove`) in all four."""
    if os.environ.get("LOOKS") == "all":
        return dict.fromkeys((WIDE["width"], NARROW["width"]), ("light", "dark"))
    narrow, wide = (
        ("light", "dark") if crc32(sub(r"[0-9]+", "", urlsplit(page.url).path).encode()) % 2 else ("dark", "light")
    )
    return {WIDE["width"]: (wide,), NARROW["width"]: (narrow,)}


@pytest.fixture
def check_page() -> Callable[[Page], None]:
    """Assert that axe finds nothing and that nothing overflows sideways, light and dark, wide and narrow."""

    def check(page: Page) -> None:
        schemes = _schemes(page)
        for viewport in (WIDE, NARROW):
            page.set_viewport_size(viewport)  # type: ignore[arg-type]
            for scheme in schemes[viewport["width"]]:
                page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
                found = _settled(page)
                assert not found, (viewport["width"], scheme, found)
            overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert overflow <= 0, (viewport["width"], overflow)
        page.set_viewport_size(WIDE)  # type: ignore[arg-type]

    return check
