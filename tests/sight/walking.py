"""Walking the pages of staff: every address, what their forms and links ask, and what the answers show."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from django.contrib import admin
from django.db import connection, transaction
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from loyalty.contributions import contributed
from loyalty.staff.models import StaffRole, User
from loyalty.staff.roles.fields import PersonalFields
from loyalty.staff.roles.rights import grantable_rights
from loyalty.ui.mixins import StaffPage
from tests.sight.world import MARKERS, NO_IDENTITY, OTHERWISE, TYPED, World


def staff_pages(patterns: Any, prefix: str = "") -> Iterator[str]:
    """The routes of all pages of staff, with their arguments as `<int:id>`."""
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from staff_pages(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern) and issubclass(getattr(pattern.callback, "view_class", object), StaffPage):
            yield route


def addresses(world: World) -> list[str]:
    found = [f"/{address}" for route in staff_pages(get_resolver().url_patterns) for address in _filled(route, world)]
    of_admin = (model._meta for model in admin.site._registry)
    return [*dict.fromkeys(found), *(reverse(f"admin:{one.app_label}_{one.model_name}_changelist") for one in of_admin)]


def _filled(route: str, world: World) -> list[str]:
    """With each thing that the address may name. Raises KeyError for an argument that no room's `listed.py` has samples of:
    a page that nobody can open is not looked at."""
    top, found = route.partition("/")[0], [route]
    for part, name in re.findall(r"(<\w+:(\w+)>)", route):
        found = [address.replace(part, str(value)) for address in found for value in world.samples(name, top)]
    return found


class _Asked(HTMLParser):
    """What a page offers to ask of itself: the links that change its query string, and each field of its forms by GET."""

    def __init__(self, html: str, path: str) -> None:
        super().__init__()
        self.path, self.queries, self._in_form, self._select = path, set[str](), False, ""
        self._options: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        link = urlsplit(urljoin(self.path, found.get("href", "#")))
        if tag == "a" and link.path == self.path and link.query and not link.netloc:
            self.queries.add(link.query)
        elif tag == "form":
            # What a search posts, its address takes as well.
            self._in_form = found.get("method", "get").lower() != "post" or found.get("role") == "search"
        elif self._in_form and tag in {"input", "select"} and found.get("name"):
            self._field(tag, found)
        elif self._in_form and tag == "option" and self._select:
            self._options.append(urlencode({self._select: found.get("value", "")}))

    def _field(self, tag: str, found: dict[str, str]) -> None:
        self._select = found["name"] if tag == "select" else ""
        if found["name"] == "csrfmiddlewaretoken":
            return
        if found.get("type") in {"checkbox", "radio", "hidden"}:
            self.queries.add(urlencode({found["name"]: found.get("value", "")}))
        elif tag == "input":
            self.queries |= {urlencode({found["name"]: text}) for text in TYPED}

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            # Of a long list the first and the last ones.
            self.queries |= {*self._options[:3], *self._options[-3:]}
            self._options = []
        if tag == "form":
            self._in_form, self._select = False, ""


@dataclass(frozen=True)
class Request:
    path: str
    query: str = ""
    posted: str = ""

    @property
    def is_typed(self) -> bool:
        """The answer may repeat what was typed."""
        return bool(self.posted) or any(value in TYPED for _name, value in parse_qsl(self.query)) or "mk-" in self.path

    def send(self, client: Client) -> HttpResponseBase:
        if self.posted:
            return client.post(self.path, {"q": self.posted, "other": self.posted}, headers={"HX-Request": "true"})
        return client.get(f"{self.path}?{self.query}" if self.query else self.path)


def requests_of(world: World, paths: list[str]) -> list[Request]:
    """Whatever somebody may ask who sees everything, of each page: by an administrator's page."""
    client = Client()
    client.force_login(User.objects.get(username="ada"))
    found = [Request(path) for path in paths]
    for path in paths:
        with transaction.atomic():
            html = text_of(client.get(path))
            transaction.set_rollback(True)
        found += [Request(path, query) for query in sorted(_Asked(html, path).queries)]
    return found + [Request("/search/", posted=text) for text in TYPED] + merges_in(world)


def merges_in(world: World) -> list[Request]:
    return [Request(f"/customers/{world.ann.id}/merge/", posted=text) for text in TYPED]


def text_of(answer: HttpResponseBase) -> str:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    where = (
        answer.headers.get("Location", "")
        + answer.headers.get("HX-Redirect", "")
        + answer.headers.get("HX-Trigger", "")
    )
    return f"{answer.status_code} {where} {body.decode(errors='replace')}"


VARIES = re.compile(
    r'csrfmiddlewaretoken" value="[^"]+"|X-CSRFToken": "[^"]+"|nonce="[^"]+"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}'
    r'|(?m:^"\d+",[^\n]*"audit.export".*$)'
    # How long ago; when stands beside it.
    r"|(?<=>)[^<>]*(?=</time>)"
)


def answers(client: Client, asked: list[Request]) -> dict[Request, str]:
    """Each alone: what one leaves in the trail no other one finds."""
    found = {}
    for request in asked:
        with transaction.atomic():
            found[request] = VARIES.sub("", text_of(request.send(client)))
            transaction.set_rollback(True)
    return found


def shown(found: Mapping[Request, str], rights: set[str]) -> list[str]:
    """Where a marker stands that nobody typed."""
    return [
        f"{request}: {marker}"
        for request, text in found.items()
        if not request.is_typed
        for right in rights
        for marker in MARKERS[right]
        if marker in text
    ]


def differing(client: Client, asked: list[Request], before: Mapping[Request, str] | None = None) -> list[str]:
    """Which answers depend on what the fields hold; `before` are those that are known already."""
    before = before or answers(client, asked)
    with connection.cursor() as cursor:
        cursor.execute(OTHERWISE)
        cursor.execute(NO_IDENTITY)
        cursor.execute("UPDATE customers_note SET text = 'other'")
    after = answers(client, asked)
    return [str(request) for request in asked if before[request] != after[request]]


def without(*lacking: str) -> Client:
    """Somebody who may do everything that a role allows, but not see these fields."""
    rights = sorted(grantable_rights().keys() - set(lacking))
    StaffRole.objects.create(slug="purblind", name="Purblind", rights=rights)
    client = Client()
    client.force_login(User.objects.create_user("pat", role="purblind"))
    return client


ALL = {fields.right.code for fields in contributed(PersonalFields)}
