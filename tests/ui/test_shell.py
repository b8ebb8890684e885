"""The frame around the pages, over two pages of its own in place of those of the apps."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import NoReverseMatch, include, path, reverse
from django.views.generic import TemplateView

from customers.rights import VIEW_CUSTOMERS
from events.rights import RECORD_EVENTS
from loyalty import composition, contributions
from loyalty.intake.rights import RUN_IMPORTS
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from loyalty.ui.mixins import DialogPage, PageMixin, StaffPage
from loyalty.ui.navigation import Entry
from loyalty.ui.palette import ResultGroup, SearchResult
from loyalty.ui.responses import Text

PASSWORD = "correct horse battery"
HTMX = {"HX-Request": "true"}


class Empty(PageMixin, StaffPage, TemplateView):
    right = VIEW_CUSTOMERS
    title = "Customers"
    template_name = "base.html"


class Imports(Empty):
    right = RUN_IMPORTS
    title = "Imports"


class PointsForm(forms.Form):
    points = forms.IntegerField()


class Points(DialogPage):
    right = RECORD_EVENTS
    title = "Manage points"
    form_class = PointsForm
    success_url = "/customers/"
    refresh = ("points",)

    def perform(self, form: forms.BaseForm) -> Text:
        if form.cleaned_data["points"] == 13:
            form.add_error("points", "Not 13.")
        return "Done."


def fail(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


def search(user: User, query: str) -> ResultGroup:
    return ResultGroup("Customers", [SearchResult(f"Found {query}", "/customers/1/", initials="ZK")])


urlpatterns = [
    path("", include("loyalty.ui.urls")),
    path("admin/", admin.site.urls),
    path("customers/", include(([path("", Empty.as_view(), name="list")], "customers"))),
    path("erasures/", include(([path("", Empty.as_view(), name="list")], "erasures"))),
    path("imports/", include(([path("", Imports.as_view(), name="imports")], "transfer"))),
    path("approvals/", include(([path("", Empty.as_view(), name="list")], "approvals"))),
    path("segments/", include(([path("", Empty.as_view(), name="list")], "segments"))),
    path("roles/", include(([path("", Empty.as_view(), name="list")], "roles"))),
    path("transactions/", Empty.as_view(), name="transactions"),
    path("audit/", include(([path("", Empty.as_view(), name="list")], "audit"))),
    path("developers/", Empty.as_view(), name="developers"),
    path("points/", Points.as_view()),
    path("fail/", fail),
]

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


def _is_here(one: object) -> bool:
    """Whether a contribution is no page, or one of those above."""
    try:
        return not isinstance(one, Entry) or bool(reverse(one.url_name, urlconf=__name__))
    except NoReverseMatch:
        return False


@pytest.fixture(autouse=True)
def pages_of_this_test(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The navigation of these pages alone, whatever rooms there are."""
    with monkeypatch.context() as patch:
        patch.setattr(composition, "CONTRIBUTIONS", tuple(filter(_is_here, composition.CONTRIBUTIONS)))
        contributions._contributed.cache_clear()
        yield
    contributions._contributed.cache_clear()


@pytest.fixture
def manager() -> User:
    return User.objects.create_user("dana", password=PASSWORD, role=Role.MANAGER, first_name="Dana", last_name="Wells")


@pytest.fixture
def signed_in(client: Client, manager: User) -> Client:
    client.force_login(manager)
    return client


def test_a_stranger_is_sent_to_the_log_in_page_and_back(client: Client, manager: User) -> None:
    assert client.get("/customers/?q=x").headers["Location"] == "/login/?next=/customers/%3Fq%3Dx"
    answer = client.post("/login/", {"username": "dana", "password": PASSWORD, "next": "/customers/?q=x"})
    assert answer.headers["Location"] == "/customers/?q=x"


def test_a_partial_of_an_ended_session_brings_the_form_to_sign_in(client: Client, manager: User) -> None:
    answer = client.get("/customers/", headers=HTMX)
    assert answer.status_code == 401
    assert 'id="sign-in-title"' in answer.content.decode()
    signed_in = client.post("/login/", {"username": "dana", "password": PASSWORD}, headers=HTMX)
    assert signed_in.status_code == 204
    assert json.loads(signed_in["HX-Trigger"])["signed-in"]["token"]
    assert client.get("/customers/", headers=HTMX).status_code == 200


def test_a_wrong_password_says_what_to_do(client: Client, manager: User) -> None:
    answer = client.post("/login/", {"username": "dana", "password": "wrong"})
    assert answer.status_code == 422
    assert "do not match" in answer.content.decode()


def test_an_empty_log_in_form_ties_its_errors_to_its_fields(client: Client) -> None:
    html = client.post("/login/", {}).content.decode()
    assert 'aria-describedby="id_username_error"' in html
    assert 'aria-describedby="id_password_error"' in html


def test_signing_out_needs_a_post(signed_in: Client) -> None:
    assert signed_in.get("/logout/").status_code == 405
    signed_in.post("/logout/")
    assert signed_in.get("/customers/").status_code == 302


@pytest.mark.parametrize(
    ("role", "offered"),
    [
        (Role.READ_ONLY, ["/customers/", "/transactions/", "/approvals/", "/developers/"]),
        (
            Role.MANAGER,
            ["/customers/", "/erasures/", "/segments/", "/transactions/", "/approvals/", "/imports/", "/developers/"],
        ),
        (
            Role.ADMINISTRATOR,
            [
                "/customers/",
                "/erasures/",
                "/segments/",
                "/transactions/",
                "/approvals/",
                "/imports/",
                "/audit/",
                "/developers/",
                "/admin/",
                "/roles/",
            ],
        ),
    ],
)
def test_the_navigation_offers_what_the_role_may_open(client: Client, role: Role, offered: list[str]) -> None:
    client.force_login(User.objects.create_user("sam", role=role))
    html = client.get("/customers/").content.decode()
    assert re.findall(r'class="nav-item" href="([^"]+)"', html) == offered


def test_a_page_without_the_right_is_refused_in_the_same_look(client: Client) -> None:
    client.force_login(User.objects.create_user("sam", role=Role.READ_ONLY))
    answer = client.get("/imports/")
    assert answer.status_code == 403
    html = answer.content.decode()
    assert "bare-card" in html
    assert (
        "Your role does not allow you to import files. Ask an administrator to do it, or to change your role." in html
    )


def test_the_open_page_is_marked(signed_in: Client) -> None:
    html = signed_in.get("/customers/").content.decode()
    assert re.search(r'href="/customers/" data-go="c" aria-current="page"', html)
    assert html.count('aria-current="page"') == 2  # the sidebar's entry and the last step of the breadcrumb


def test_the_start_page_is_the_first_one_allowed(signed_in: Client) -> None:
    assert signed_in.get("/").headers["Location"] == "/customers/"


def test_pages_of_staff_are_kept_by_no_cache_and_run_no_foreign_code(signed_in: Client) -> None:
    headers = signed_in.get("/customers/").headers
    assert headers["Cache-Control"] == "private, no-store"
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]


# Unfold's templates name variables that are not always there.
@pytest.mark.ignore_template_errors
def test_only_the_admin_may_evaluate(client: Client) -> None:
    client.force_login(User.objects.create_superuser("root", role=Role.ADMINISTRATOR))
    answer = client.get("/admin/")
    assert answer.status_code == 200
    assert "'unsafe-eval'" in answer.headers["Content-Security-Policy"]


def test_the_theme_changes_without_script(signed_in: Client) -> None:
    assert 'data-theme="auto"' in signed_in.get("/customers/").content.decode()
    answer = signed_in.post("/theme/", {"next": "/customers/?q=x"})
    assert answer.headers["Location"] == "/customers/?q=x"
    assert 'data-theme="dark"' in signed_in.get("/customers/").content.decode()


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_the_theme_sends_nobody_elsewhere(client: Client, target: str) -> None:
    assert client.post("/theme/", {"next": target}).headers["Location"] == "/"


def test_a_made_up_theme_is_ignored(signed_in: Client) -> None:
    signed_in.cookies["theme"] = '"><script>'
    assert 'data-theme="auto"' in signed_in.get("/customers/").content.decode()


def test_the_palette_finds_pages_and_what_the_apps_offer(signed_in: Client, settings: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("loyalty.ui.palette._searches", lambda: [search])
    html = signed_in.post("/search/", {"q": "imp"}, headers=HTMX).content.decode()
    assert "Found imp" in html
    assert 'href="/imports/"' in html
    assert 'href="/customers/"' not in html
    assert "<html" not in html


def test_the_palette_is_a_page_without_script(signed_in: Client) -> None:
    html = signed_in.post("/search/", {"q": "zzz"}).content.decode()
    assert "<html" in html
    assert "Nothing found for “zzz”" in html


def test_single_key_shortcuts_can_be_switched_off(signed_in: Client, manager: User) -> None:
    assert 'data-shortcuts="on"' in signed_in.get("/customers/").content.decode()
    answer = signed_in.post("/preferences/", {}, headers=HTMX)
    assert json.loads(answer.headers["HX-Trigger"])["shortcuts"] == {"state": "off"}
    assert 'data-shortcuts="off"' in signed_in.get("/customers/").content.decode()


def test_a_dialog_opens_as_a_part_and_as_a_page(signed_in: Client) -> None:
    part = signed_in.get("/points/", headers=HTMX).content.decode()
    page = signed_in.get("/points/").content.decode()
    assert "<html" not in part
    assert 'id="modal-title"' in part
    assert "<h1>Manage points</h1>" in page


@pytest.mark.parametrize(("points", "words"), [("abc", "Enter a whole number."), ("13", "Not 13.")])
def test_a_refused_dialog_answers_422_with_its_reason(signed_in: Client, points: str, words: str) -> None:
    answer = signed_in.post("/points/", {"points": points}, headers=HTMX)
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_a_dialog_that_is_done_closes_toasts_and_refreshes(signed_in: Client) -> None:
    answer = signed_in.post("/points/", {"points": "5"}, headers=HTMX)
    assert answer.status_code == 204
    assert json.loads(answer.headers["HX-Trigger"]) == {
        "modal:close": True,
        "refresh:points": True,
        "toast": {"text": "Done.", "kind": "success"},
    }


def test_a_dialog_without_script_goes_on_and_says_so(signed_in: Client) -> None:
    answer = signed_in.post("/points/", {"points": "5"}, follow=True)
    assert answer.redirect_chain == [("/customers/", 302)]
    assert "Done." in answer.content.decode()


def test_a_page_that_does_not_exist_has_a_way_out(client: Client) -> None:
    answer = client.get("/nowhere/")
    assert answer.status_code == 404
    assert "Go to the start page" in answer.content.decode()


def test_the_frame_costs_the_settings_besides_session_and_user(
    signed_in: Client, django_assert_num_queries: Any
) -> None:
    signed_in.get("/customers/")
    with django_assert_num_queries(4):  # session, user, settings, decisions about own changes
        signed_in.get("/customers/")
