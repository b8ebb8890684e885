"""Asking `/entities` in tests."""

import json
from typing import Any

from django.test import Client

KEY = "till-key"


def ask(client: Client, method: str, path: str, body: Any = None, query: str = "") -> tuple[int, Any]:
    """`path`: what stands after `/entities`."""
    data = b"" if body is None else json.dumps(body).encode()
    url = f"/entities{path}?api_key={KEY}{'&' + query if query else ''}"
    answer = client.generic(method, url, data, content_type="application/json")
    return answer.status_code, answer.json()


def refusal(message: str, code: int = 0) -> tuple[int, dict[str, Any]]:
    return 400, {"error": {"type": "BadRequestException", "code": code, "message": message}}


UNKNOWN = refusal("Entity not found")
TAKEN = refusal("The ID is required and needs to be unique")
