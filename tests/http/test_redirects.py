"""No address sends anybody round in circles: every route, for every role, and for those who are not logged in."""

from collections.abc import Sequence
from urllib.parse import quote

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import get_resolver
from unfold.sites import UnfoldAdminSite

from loyalty.staff.enums import Role
from loyalty.staff.models import User
from tests.test_permissions import ROUTES

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
MOST = 4
ADDRESSES = sorted(
    {f"/{route.address}" for route in ROUTES} | {"/admin/staff/user/", "/admin/nothing/", "/admin/logout/"}
)
ROLES = [None, *Role]
DOORS = ("/login/", "/admin/login/")


def somebody(role: Role | None) -> Client:
    client = Client()
    if role:
        client.force_login(User.objects.create_user("someone", password="x", role=role))
    return client


def follow(client: Client, url: str, ends: dict[str, int]) -> tuple[list[str], int]:
    """The addresses that a browser is sent to, and how the last one answers: `ends` are those of which it is known."""
    seen = [url]
    while True:
        if seen[-1] in ends:
            return seen, ends[seen[-1]]
        answer = client.get(seen[-1])
        if answer.status_code not in {301, 302, 303, 307, 308}:
            ends[seen[-1]] = answer.status_code
            return seen, answer.status_code
        where = answer["Location"]
        assert where not in seen, [*seen, where]
        seen.append(where)
        assert len(seen) <= MOST, seen


@pytest.mark.parametrize("role", ROLES)
def test_every_address_ends_somewhere_and_by_each_door(role: Role | None) -> None:
    """Daily each address leads through the doors for one of the roles."""
    walk(role, ADDRESSES[ROLES.index(role) :: len(ROLES)])


@pytest.mark.prove
@pytest.mark.parametrize("role", ROLES)
def test_every_address_ends_somewhere_by_each_door_for_every_role(role: Role | None) -> None:
    walk(role, ADDRESSES)


def walk(role: Role | None, through_doors: Sequence[str]) -> None:
    """A door is where somebody is sent to log in first: it leads to where every address of the first walk has ended."""
    client, ends = somebody(role), dict[str, int]()
    for url in ADDRESSES:
        _, status = follow(client, url, ends)
        assert status < 500, url
    nested = [f"{place}?next={quote(place)}" for place in DOORS]
    for door in DOORS:
        for url in [*through_doors, *nested, "//elsewhere.example/", "/customers/?q=a&b=c"]:
            seen, status = follow(client, f"{door}?next={quote(url)}", ends)
            assert status < 500, url
            assert all(place.startswith("/") and not place.startswith("//") for place in seen)


@pytest.mark.parametrize("role", [Role.MANAGER, Role.READ_ONLY])
@pytest.mark.parametrize(
    "url", ["/admin/", "/login/?next=/admin/", "/admin/login/?next=/admin/", "/admin/staff/user/1/change/"]
)
def test_who_may_not_configure_is_told_so(role: Role, url: str) -> None:
    client = somebody(role)
    seen, status = follow(client, url, {})

    assert status == 403
    assert len(seen) <= 2
    assert "You may not open this page" in client.get(seen[-1]).content.decode()


def test_the_check_finds_the_circle_that_there_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: Django's own site sends who may not configure to the log-in page, which sends them back."""
    pages = next(one for one in get_resolver().url_patterns if getattr(one, "namespace", "") == "admin")
    index = next(page for page in pages.url_patterns if getattr(page, "name", "") == "index")  # type: ignore[union-attr]
    monkeypatch.setattr(index, "callback", UnfoldAdminSite.admin_view(admin.site, admin.site.index))
    with pytest.raises(AssertionError):
        follow(somebody(Role.MANAGER), "/admin/", {})
