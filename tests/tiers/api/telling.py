"""Asking the APIs about customers in Berlin."""

from typing import Any

from django.test import Client

KEY = "till-key"


def get(client: Client, path: str, status: int = 200) -> Any:
    """What is answered to GET."""
    answer = client.get(f"{path}{'&' if '?' in path else '?'}api_key={KEY}")
    assert answer.status_code == status, answer.content
    return answer.json()


def tiers_told(client: Client, customer: str = "C-1") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = get(client, f"/customers/{customer}")["tiers"]
    return found


def tiers_read(client: Client, customer: str = "C-1") -> dict[str, Any]:
    found: dict[str, Any] = get(client, f"/v1/customers/{customer}")["payload"]["tiers"]
    return found
