"""What hands do on a keyboard."""

from playwright.sync_api import Locator, Page, expect

MOST = 40


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus; fails where it is never reached."""
    expect(target).to_be_visible()
    for _ in range(MOST):
        if target.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    expect(target).to_be_focused()
