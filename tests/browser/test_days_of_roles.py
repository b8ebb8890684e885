"""A day of each role in a browser: what the sidebar offers opens, and no link, dialog or button leads to a refusal."""

import re
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import pytest
from django.urls import Resolver404, resolve
from playwright.sync_api import Page

from loyalty.staff.enums import Role
from loyalty.staff.models import User
from loyalty.staff.permissions import may
from loyalty.staff.roles.rights import grantable_rights
from tests.browser.conftest import sign_in
from tests.sight.world import make_world

pytestmark = [pytest.mark.browser, pytest.mark.ignore_template_errors]  # the admin's own templates
# Where a click of the page leads: by GET, and what its forms and buttons send.
OFFERED = """() => [...document.querySelectorAll('a[href], [hx-get], [hx-post], form')].filter(one =>
    one.checkVisibility() || one.closest('[role=menu], dialog, details')).map(one => one.hasAttribute('hx-post')
        ? ['post', one.getAttribute('hx-post')] : one.hasAttribute('hx-get')
        ? ['get', one.getAttribute('hx-get')] : one.tagName == 'FORM'
        ? [one.method, one.getAttribute('action') || location.pathname] : ['get', one.getAttribute('href')])"""


@dataclass(frozen=True)
class Offer:
    page: str
    method: str
    path: str

    @property
    def kind(self) -> str:
        """The same of another row."""
        return f"{self.method} {re.sub('[0-9]+', '0', self.path)}"


def offers(page: Page) -> list[Offer]:
    found = list[Offer]()
    for method, address in page.evaluate(OFFERED):
        target = urlsplit(urljoin(page.url, address))
        if target.netloc == urlsplit(page.url).netloc and not target.path.startswith("/static/"):
            found.append(Offer(urlsplit(page.url).path, method, target.path))
    return found


def is_refused(page: Page, user: User, offer: Offer) -> bool:
    """What is sent changes something: there the right of the view is asked."""
    if offer.method == "get":
        return page.request.get(offer.path).status >= 400
    try:
        view = getattr(resolve(offer.path).func, "view_class", None)
    except Resolver404:
        return True
    right = getattr(view, "right", None)
    return right is not None and not may(user, right)


@pytest.mark.parametrize("role", [one.value for one in Role])
def test_nothing_that_is_offered_leads_to_a_refusal(page: Page, served: str, role: str, complaints: list[str]) -> None:
    world = make_world()
    user = User.objects.create_user("robin", role=role)
    sign_in(page, served, user)
    page.goto("/")
    started = sorted({offer.path for offer in offers(page) if offer.method == "get"} | {f"/customers/{world.ann.pk}/"})
    seen, dead, words = set[str](), list[Offer](), list[str]()
    for path in started:
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        words += [f"{path}: {code}" for code in grantable_rights() if code in page.locator("body").inner_text()]
        for offer in offers(page):
            if offer.kind not in seen:
                seen.add(offer.kind)
                dead += [offer] if is_refused(page, user, offer) else []

    assert len(seen) > 10
    assert dead == []
    assert words == []
    assert complaints == []
