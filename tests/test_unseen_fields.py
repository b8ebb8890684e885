"""Personal fields without the right come back nowhere: every page of staff is walked, with all that its forms and links ask.

A value that is not seen stands on no page, and no answer depends on it: each request is answered in the same way whatever
the field holds. A page, a filter or an order that forgets the rule is found without a line here.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import pytest
from django.contrib import admin
from django.db import connection, transaction
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from customers.directory import pages as directory
from customers.directory.search import ListFilter
from customers.fields.models import Field
from customers.models import Customer
from customers.notes.operations import add_note
from customers.operations import change_profile
from customers.sight.queries import seen
from events.models import Event
from events.orders.models import Transaction
from loyalty.api.keys.models import ApiKey
from loyalty.approvals.models import ApprovalRule, ChangeRequest
from loyalty.contributions import contributed
from loyalty.engine.events import Actor
from loyalty.http.origin import Origin
from loyalty.program.queries import general_settings
from loyalty.staff.audit.deeds import NotDoneYet
from loyalty.staff.audit.models import AuditEntry
from loyalty.staff.models import StaffRole, User
from loyalty.staff.roles.fields import PersonalFields
from loyalty.staff.roles.rights import grantable_rights
from loyalty.staff.sender import Sender
from loyalty.staff.sight import Sight
from loyalty.transfer.enums import JobStatus
from loyalty.transfer.models import ImportJob, RefusedRow
from loyalty.ui.mixins import StaffPage
from tests.factories import NOON, checkout, make_customer, tell
from tests.listing import all_of, listed
from tests.tiers.ladders import set_up, structure

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]  # the admin's own templates

# By right, what of the field may stand on a page, and what the columns hold instead for the comparison.
MARKERS: dict[str, list[str]] = {
    "personal.names": ["Mkfirst", "Mklast", "Mknick", "mkhandler", "mk-picture"],
    "personal.email": ["mk-mail"],
    "personal.phones": ["301239876"],
    "personal.birthdates": ["1987-03-14", "14 March 1987", "14 Mar 1987"],
    "personal.gender": ["Mkgender", "mkgender"],
    "personal.addresses": ["Antarctica", "Mkstreet"],
    "personal.languages": ["Icelandic", "ISK"],
    "personal.origins": ["mk-src", "mk-brought"],
    "personal.attributes": ["mk-shoe", "mk-hobby", "mk-card", "mk-answer"],
    "personal.notes": ["mk-note"],
    "personal.devices": ["203.0.113.77", "MkBrowser"],
}
# What is typed into every field of text: whole values, and how they begin.
TYPED = ["Mkfirst", "mk-mail@example.com", "+36301239876", "card:mk-card-1", "mk-card"]
OTHERWISE = """
UPDATE customers_customer SET first_name = 'Xx', last_name = 'Yy', nickname = NULL, handler = 'zz', email = id || '@x.org',
    mobile_phone = '+3630111222' || id, birth_date = '1950-01-01', gender = NULL, language = 'fi', country = 'FI', currency = 'EUR',
    image_url = NULL, src = NULL, referrer = NULL, properties = '{}'
"""
NO_IDENTITY = "UPDATE customers_identity SET value = 'x-' || customer_id WHERE scheme NOT IN ('id', '@email')"


@dataclass(frozen=True)
class World:
    """`samples`: what an address may name, by the argument of its page and what the address begins with."""

    ann: Customer
    bob: Customer
    samples: Callable[[str, str], list[Any]]


PROFILE: dict[str, Any] = {
    "first_name": "Mkfirst", "last_name": "Mklast", "nickname": "Mknick", "handler": "mkhandler",
    "email": "mk-mail@example.com", "mobile_phone": "+36301239876", "birth_date": "1987-03-14", "gender": "other",
    "language": "is", "country": "AQ", "currency": "ISK", "image_url": "https://example.com/mk-picture.png", "src": "mk-src",
    "shoe": "mk-shoe", "hobby": "mk-hobby", "card": "mk-card-1", "city": "Mkstreet",
}  # fmt: skip


@pytest.fixture
def world() -> World:
    settings = general_settings()
    settings.modules = [*settings.modules, "tiers"]
    settings.save()
    set_up(structure())
    Field.objects.create(slug="shoe", name="Shoe")
    Field.objects.create(slug="card", name="Card", external_id=True)
    ann = make_customer("C-1", points=100, **PROFILE, referrer="mk-brought")
    # Somebody with the same phone number, who stands before the first by name and address.
    others = {"card": "mk-card-2", "last_name": "Amklast", "email": "a-mk-mail@example.com"}
    bob = make_customer("C-2", **PROFILE | others)
    by = Actor("api", ip_address="203.0.113.77", user_agent="MkBrowser/1")
    tell(checkout(ann, "T-1", 40, city="Mkstreet", hobby="mk-hobby", buyer={"email": "mk-mail@example.com"}), by=by)
    answer = checkout(ann, "", 0)
    tell(replace(answer, action="profiling_answer", data={"attribute": "hobby", "answer": "mk-answer"}), by=by)
    _done_by_staff(ann)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE customers_customer SET gender = 'mkgender' WHERE public_id LIKE 'C-%'")
    ann.refresh_from_db()
    # What the samples of rooms name, with both of them in it; of a row with a number nobody knows which it will have.
    for room in listed():
        if room.live and any(place.startswith("slug:") for place in room.samples):
            room.live(ann.id, bob.id)
    return World(ann, bob, _samples(ann, bob))


def _done_by_staff(ann: Customer) -> None:
    """What the trail, notes, approvals and imports hold of the customer."""
    ada = User.objects.create_user("ada", role="administrator")
    agent = User.objects.create_user("agent", role="service_agent")
    # Long ago: what is told as "a minute ago" differs with the minute.
    at = NOON
    change_profile(customer=ann, changes={"nickname": "Mknick2", "hobby": "mk-hobby2"}, by=Sender(ada, at)).result()
    add_note(customer=ann, text="mk-note", by=Sender(agent, at)).result()
    ApprovalRule.objects.create(kind="customers")
    changes = {"email": "mk-mail2@example.com", "shoe": "mk-shoe2"}
    with pytest.raises(NotDoneYet):
        change_profile(customer=ann, changes=changes, by=Sender(agent, at, Origin("198.51.100.7", "Firefox"))).result()
    job = ImportJob.objects.create(
        model="events", file_name="fair.csv", stored_name="x", sha256="0" * 64, size=1, status=JobStatus.FINISHED, refused=1, rows_done=1,
        created_by=ada, created_at=at,
    )  # fmt: skip
    RefusedRow.objects.create(job=job, line=2, column="card", reason="Unknown customer: card:mk-card-1")


def _samples(ann: Customer, bob: Customer) -> Callable[[str, str], list[Any]]:
    def ids(model: Any, **filters: Any) -> list[Any]:
        return list(model._default_manager.filter(**filters).order_by("id").values_list("id", flat=True))

    events = ids(Event, customer=ann)
    found: Mapping[str, Callable[[], list[Any]]] = {
        "customer_id": lambda: [ann.id],
        "other_id": lambda: [bob.id],
        "event_id": lambda: events,
        "note_id": lambda: [note.id for note in ann.notes.all()],
        "transaction_id": lambda: ids(Transaction, customer=ann),
        "place": lambda: [0],
        "format": lambda: ["json", "csv"],
        "identity": lambda: ["C-1", "card:mk-card-1", "card:mk-card-9"],
        "reference": lambda: ["5f8b0f9e-4d7c-4c1f-9a34-6a1d2b8e7c10"],
        "slug:roles": lambda: ["manager"],
        "slug:tiers": lambda: ["standard"],
        "id:audit": lambda: ids(AuditEntry),
        "id:approvals": lambda: ids(ChangeRequest),
        "id:imports": lambda: ids(ImportJob),
        "id:invitations": lambda: [1],
    }
    return lambda name, top: (
        found.get(name) or found.get(f"{name}:{top}") or (lambda: all_of("samples")[f"{name}:{top}"])
    )()


# Walking


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
    return found + [Request("/search/", posted=text) for text in TYPED] + _merges(world)


def _merges(world: World) -> list[Request]:
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


def test_there_is_a_marker_for_every_right_to_personal_data() -> None:
    assert set(MARKERS) == ALL


def test_every_personal_field_of_the_profile_asks_for_a_right_or_is_said_to_be_seen_by_all() -> None:
    """IDs name whoever is spoken of; instants and figures are what the pages of the programme are about."""
    everybodys = set(
        "public_id created_at updated_at optin_at last_login_at purchase_first_date purchase_last_date last_earn_date "
        "last_spend_date properties".split()
    )
    declared = {name for fields in contributed(PersonalFields) for name in fields.names}

    assert Customer.PERSONAL - declared == everybodys


def test_an_administrator_sees_every_marker(world: World) -> None:
    """The control: what the walk looks for is there to be found."""
    client = Client()
    client.force_login(User.objects.get(username="ada"))
    found = answers(client, [Request(path) for path in addresses(world)])

    missing = [
        marker
        for markers in MARKERS.values()
        for marker in markers
        if not any(marker in text for text in found.values())
    ]
    assert missing == []


def test_no_page_shows_a_field_or_answers_by_it(world: World) -> None:
    client, asked = without(*ALL), requests_of(world, addresses(world))
    assert len(asked) > 200
    found = answers(client, asked)

    assert shown(found, ALL) == []
    assert differing(client, asked, found) == []


@pytest.mark.parametrize("right", sorted(ALL))
def test_each_field_goes_by_its_own_right(world: World, right: str) -> None:
    """Without one right its field is nowhere; all others are still shown."""
    own = f"/customers/{world.ann.id}/"
    events = [f"{own}events/{event}/" for event in world.samples("event_id", "customers")]
    paths = ["/customers/", own, f"{own}personal/", f"{own}notes/", f"{own}merge/{world.bob.id}/", *events]
    found = answers(without(right), [Request(path) for path in paths])
    others = {marker for other in ALL - {right} for marker in MARKERS[other]}

    assert shown(found, {right}) == []
    assert [marker for marker in others if not any(marker in text for text in found.values())] == []


# Controls: the walk finds whoever forgets the rule.


def _nothing_hidden(customer: Customer, sight: Sight) -> Customer:
    return customer


# Which page shows it then, and what is not to be seen.
FORGOTTEN: dict[str, tuple[str, Any, str, set[str]]] = {
    "a profile": ("customers.profile.mixins.seen", _nothing_hidden, "/customers/{ann}/", ALL),
    "the list": ("customers.directory.queries.seen", _nothing_hidden, "/customers/", ALL),
    "a merge": ("customers.merging.pages.seen", _nothing_hidden, "/customers/{ann}/merge/{bob}/", ALL),
    "duplicates": ("customers.merging.queries.seen", _nothing_hidden, "/customers/{ann}/", {"personal.names"}),
    "orders": ("events.transactions.pages.seen", _nothing_hidden, "/transactions/", ALL),
    "names in the trail": ("loyalty.trail.queries.seen", _nothing_hidden, "/audit/", ALL),
    "the trail": (
        "loyalty.trail.queries.seen_values",
        lambda _operation, _to, values, _sight: values,
        "/audit/export.csv",
        ALL,
    ),
    "approvals": (
        "loyalty.approvals.pages.seen_effects",
        lambda _operation, effects, _sight: effects,
        "/approvals/",
        ALL,
    ),
    "whose change it is": ("loyalty.approvals.pages.seen", _nothing_hidden, "/approvals/", ALL),
    "events": ("events.timeline.queries.seen_events", lambda events, _sight: events, "/customers/{ann}/events/", ALL),
}


@pytest.mark.parametrize("place", FORGOTTEN)
def test_a_place_that_forgets_to_hide_is_found(place: str, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    target, instead, start, lacking = FORGOTTEN[place]
    asked = [
        Request(path) for path in addresses(world) if path.startswith(start.format(ann=world.ann.id, bob=world.bob.id))
    ]
    client = without(*lacking)
    assert shown(answers(client, asked), lacking) == []
    monkeypatch.setattr(target, instead)

    assert shown(answers(client, asked), lacking)


def test_a_list_that_sorts_and_filters_by_everything_is_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = requests_of(world, ["/customers/"])
    client = without(*ALL)
    monkeypatch.setattr("loyalty.staff.sight.Sight.require", lambda self, *fields: None)

    found = differing(client, asked)

    assert any("country=AQ" in one for one in found)
    assert any("sort=email" in one for one in found)


def test_a_search_in_everything_is_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = requests_of(world, ["/customers/"])
    client = without(*ALL)
    monkeypatch.setattr("loyalty.staff.sight.Sight.sees", lambda self, field: True)

    monkeypatch.setattr("customers.directory.palette.sight_of", lambda user: Sight())

    found = differing(client, asked)

    assert any("q=Mkfirst" in one for one in found)
    assert any("/search/" in one for one in found)


def test_an_address_that_names_somebody_by_an_unseen_field_is_found(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = without(*ALL)
    monkeypatch.setattr("loyalty.staff.sight.Sight.require_attributes", lambda self, names: None)

    assert differing(client, [Request("/customers/card:mk-card-1/"), *_merges(world)])


def test_a_new_filter_that_names_no_field_is_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A filter that another room adds: by the year of birth, which it does not say."""
    forgetful = ListFilter(
        "born",
        "Born",
        lambda: [("1987", "1987")],
        lambda years: Customer.objects.filter(birth_date__year__in=years).values("id"),
    )
    honest = replace(forgetful, fields=["birth_date"])
    offered = {"filter": forgetful}

    def planted(kind: type[Any]) -> Any:
        return [offered["filter"]] if kind is ListFilter else contributed(kind)

    monkeypatch.setattr(directory, "contributed", planted)
    asked = requests_of(world, ["/customers/"])
    client = without(*ALL)

    assert [request for request in asked if "born=1987" in request.query]
    with transaction.atomic():
        assert [one for one in differing(client, asked) if "born" in one]
        transaction.set_rollback(True)
    offered["filter"] = honest
    assert differing(client, asked) == []


# What people are told


def test_what_is_not_seen_is_refused_in_words(world: World) -> None:
    client = without("personal.email", "personal.addresses", "personal.attributes")

    for query, words in {
        "sort=email": "see the email addresses of customers",
        "sort=-email": "see the email addresses of customers",
        "country=AQ": "see the countries and addresses of customers",
    }.items():
        answer = client.get(f"/customers/?{query}")
        assert answer.status_code == 403
        assert words in answer.content.decode()
        partial = client.get(f"/customers/?{query}", headers={"HX-Request": "true"})
        assert words in partial.headers["HX-Trigger"]
    answer = client.get("/customers/card:mk-card-1/")
    assert answer.status_code == 403
    assert "see the custom attributes of customers" in answer.content.decode()


def test_the_list_offers_nothing_by_what_is_not_seen(world: World) -> None:
    page = without(*ALL).get("/customers/").content.decode()

    assert 'placeholder="Customer ID"' in page
    assert not re.search(r'name="(country|gender)"|sort=-?(name|email)|value="-?(name|email)"', page)
    assert "C-1" in page


def test_keys_of_the_api_see_as_before(world: World) -> None:
    assert ApiKey.objects.count() == 0
    assert seen(world.ann, Sight()).email == "mk-mail@example.com"
