"""Asking the Read API."""

from typing import Any
from urllib.parse import quote

from django.test import Client

KEY = "reader-key"


def get(client: Client, path: str, query: str = "", status: int = 200) -> Any:
    """The answer of `/v1/<path>`."""
    answer = client.get(f"/v1/{path}?api_key={KEY}&{quote(query, safe='=&%:')}")
    assert answer.status_code == status, answer.content
    return answer.json()


def refused(client: Client, path: str, query: str) -> str:
    """The message."""
    error = get(client, path, query, status=422)["error"]
    assert error["code"] in {300121, 300122, 300123}
    assert error["resendable"] is False
    return str(error["message"])


def all_pages(client: Client, path: str, query: str, name: str) -> list[Any]:
    """What the pages hold, from link to link."""
    found, link = list[Any](), f"/v1/{path}?{quote(query, safe='=&%:')}"
    while link:
        answer = client.get(f"{link}&api_key={KEY}").json()
        found += answer["payload"][name]
        link = answer["metadata"]["pagination"]["next"]
        assert KEY not in (link or "")
    return found
