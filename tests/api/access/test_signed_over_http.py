"""Signed requests to the server itself: granian hands on the decoded path only, so it matters which spellings pass."""

import re
from collections.abc import Iterator
from urllib.parse import quote, unquote_to_bytes

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from loyalty.api.access.raw import spellings
from loyalty.api.access.signing import RawRequest, Signer
from tests.api_keys import server_key
from tests.api_keys import signer as signer_of
from tests.factories import make_customer, make_order
from tests.live import Answer, Live, live_server

ODD = "a~b!c'd(e)f*g$h&i+j,k;l=m:n@o é%"
"""An ID with everything that clients write differently."""
JS, PCHAR = "!*'()", "!$&'()*+,;=:@"
HALF_RAW = b"a~b!c'd(e)f*g$h&i+j,k;l=m:n@o%20\xc3\xa9%25"


@pytest.fixture(scope="module")
def live(committed_module: None) -> Iterator[Live]:
    with live_server() as started:
        yield started


@pytest.fixture(scope="module")
def signer(live: Live) -> Signer:
    make_customer(ODD)
    make_order(make_customer("store/7"), "2026/17")
    return signer_of(server_key("TILL"))


def get(live: Live, signer: Signer, sent: bytes, signed: bytes | None = None, **more: str) -> Answer:
    """A GET of `sent`, with a signature over `signed` where that differs."""
    date = timezone.now().strftime("%Y%m%dT%H%M%SZ")
    path, _, query = (signed or sent).partition(b"?")
    request = RawRequest("GET", path, query, [("host", live.host), ("date", date)], b"")
    text = signer.authorization(request, at=timezone.now())
    return live.send("GET", sent, {"Date": date, "Authorization": text, **more})


@pytest.mark.parametrize(
    "written",
    [
        quote(ODD, safe="").encode(),
        quote(ODD, safe="").replace("~", "%7E").encode(),
        re.sub("%..", lambda escape: escape[0].lower(), quote(ODD, safe="")).encode(),
        quote(ODD, safe=JS).encode(),
        quote(ODD, safe=PCHAR).encode(),
        quote(ODD, safe="$&+=:@").encode(),
        quote(ODD, safe="$&+,:;=@").encode(),
        HALF_RAW,
    ],
    ids=[
        "unreserved only",
        "tilde escaped",
        "lower hex",
        "JavaScript",
        "RFC 3986",
        "Go segment",
        "Go path",
        "raw UTF-8",
    ],
)
def test_a_path_passes_as_clients_write_it(live: Live, signer: Signer, written: bytes) -> None:
    assert unquote_to_bytes(written).decode() == ODD

    answer = get(live, signer, b"/customers/" + written)

    assert answer.status == 200, answer.body


def test_an_unusual_spelling_is_refused_and_not_taken_for_another(live: Live, signer: Signer) -> None:
    """What no client writes: a letter escaped, or one character both ways."""
    for written in (b"%61", b"@-%40", b"%C3%a9"):
        assert get(live, signer, b"/customers/" + written).status == 401


@pytest.mark.parametrize(
    ("sent", "signed"),
    [
        (b"/customers/-/count", b"/customers/-%2Fcount"),
        (b"/customers/-%2Fcount", b"/customers/-%2Fcount"),
        (b"/customers/%2561", b"/customers/%61"),
        (b"/customers//-/count", b"/customers/-/count"),
        (b"/customers/x/../-/count", b"/customers/-/count"),
        (b"/customers/%2e%2e/customers/-/count", b"/customers/-/count"),
        (b"/customers/./-/count", b"/customers/-/count"),
    ],
)
def test_a_signature_is_for_no_other_path(live: Live, signer: Signer, sent: bytes, signed: bytes) -> None:
    assert get(live, signer, b"/customers/-/count").status == 200
    assert get(live, signer, sent, signed).status in (401, 404)


@pytest.mark.parametrize("name", [b".", b"..", b"%2e", b"%2E%2e"])
def test_a_path_that_is_not_normal_is_refused_although_a_route_takes_it(
    live: Live, signer: Signer, name: bytes
) -> None:
    answer = get(live, signer, b"/customers/" + name)

    assert (answer.status, b"normal form" in answer.body) == (401, True)


@pytest.mark.parametrize(
    "query",
    [
        b"search=first_name=Ann+Lee",
        b"search=first_name%3DAnn%20Lee",
        b"first_name=%7e&email=a%2Bb%40c.example",
        b"first_name=%7E&email=a%2bb@c.example",
        b"first_name=\xc3\xa9",
        b"first_name=%C3%A9&&email=",
        b"id.in=1%2C2,3",
        b"first_name=a;b",
    ],
)
def test_a_query_passes_however_it_is_escaped(live: Live, signer: Signer, query: bytes) -> None:
    """It comes raw, and the scheme has one canonical form of it."""
    assert get(live, signer, b"/customers?" + query).status != 401


def test_a_query_that_says_something_else_is_refused(live: Live, signer: Signer) -> None:
    for sent, signed in ((b"id=a%2Bb", b"id=a+b"), (b"id=%2561", b"id=%61"), (b"id=a%26id=b", b"id=a&id=b")):
        assert get(live, signer, b"/customers?" + sent, b"/customers?" + signed).status == 401


@pytest.mark.parametrize("name", ["Date", "Host", "Authorization"])
def test_a_repeated_header_is_refused(live: Live, signer: Signer, name: str) -> None:
    """The server joins repeated headers with a comma: the signature is over one."""
    date = timezone.now().strftime("%Y%m%dT%H%M%SZ")
    request = RawRequest("GET", b"/customers/-/count", b"", [("host", live.host), ("date", date)], b"")
    headers = {"Host": live.host, "Date": date, "Authorization": signer.authorization(request, at=timezone.now())}
    lines = [f"{one}: {value}" for one, value in headers.items()]

    def ask(*more: str) -> int:
        head = "\r\n".join(["GET /customers/-/count HTTP/1.1", *lines, *more, "Connection: close", "", ""])
        return live.raw(head.encode()).status

    assert ask() == 200
    assert ask(f"{name}: {headers[name]}") in (400, 401)
    assert ask(f"{name}: other") in (400, 401)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=12))
def test_every_spelling_stands_for_this_path_and_no_other(path: str) -> None:
    found = spellings(path)

    assert all(unquote_to_bytes(one) == path.encode() for one in found)
    assert len(found) == len(set(found))


@pytest.mark.parametrize("slash", [b"%2F", b"%2f", b"/"])
def test_the_slashes_of_ids_may_be_escaped(live: Live, signer: Signer, slash: bytes) -> None:
    for address in (
        b"store|7",
        b"store|7/events",
        b"store|7/transactions/2026|17",
        b"store|7/transactions/2026|17/events",
    ):
        answer = get(live, signer, b"/customers/" + address.replace(b"|", slash))
        assert answer.status == 200, (address, answer.body)


@pytest.mark.parametrize(
    ("sent", "signed"),
    [
        (b"/customers/store/7%2Fevents", b"/customers/store/7%2Fevents"),
        (b"/customers/store/7/events", b"/customers/store%2F7%2Fevents"),
        (b"/customers/store%252F7", b"/customers/store%2F7"),
    ],
)
def test_an_escaped_slash_is_a_part_of_an_id_and_of_nothing_else(
    live: Live, signer: Signer, sent: bytes, signed: bytes
) -> None:
    assert get(live, signer, sent, signed).status == 401
