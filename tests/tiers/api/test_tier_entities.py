"""`/entities/tiers/tier`: structures as the public interface reads them, and that it writes none."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from loyalty.api.keys.models import ApiKey
from tests.engine.world import configure
from tests.tiers.api.telling import KEY, get
from tests.tiers.ladders import LEVELS, set_up, structure

STANDARD: dict[str, Any] = {
    "id": "standard",
    "name": "Standard",
    "status": "active",
    "account": {"id": "main", "name": "Main account"},
    "type": "point_based",
    "expiration_type": "none",
    "rolling_months": None,
    "calendar_expirations": [],
    "tiers": [
        {"id": "t0", "name": {"en": "T0"}, "threshold": 0},
        {"id": "t1", "name": {"en": "T1"}, "threshold": 1_000},
        {"id": "t2", "name": {"en": "T2"}, "threshold": 5_000},
    ],
}


def refusal(code: int, message: str) -> dict[str, Any]:
    return {"error": {"type": "BadRequestException", "code": code, "message": message}}


@pytest.mark.parametrize(
    "path", ["/entities/tiers/tier/standard", "/entities/Tiers/tier/standard", "/entities/TIERS/Tier/standard"]
)
def test_a_structure_is_shown_in_any_letter_case_of_its_type(client: Client, path: str) -> None:
    set_up(structure())
    assert get(client, path) == STANDARD


def test_all_structures_are_listed_in_the_order_of_their_ids(client: Client) -> None:
    rolling = structure("rolls", LEVELS[:1], expiration_type="rolling", rolling_months=12)
    dated = structure(
        "dated", LEVELS[:1], expiration_type="calendar", calendar_expirations=["07-01", "01-01"], status="inactive"
    )
    set_up(structure(), rolling, dated)

    lowest = STANDARD["tiers"][:1]
    assert get(client, "/entities/tiers/tier") == {
        "data": [
            {
                **STANDARD,
                "id": "dated",
                "name": "Dated",
                "status": "inactive",
                "expiration_type": "calendar",
                "calendar_expirations": ["01-01", "07-01"],
                "tiers": lowest,
            },
            {
                **STANDARD,
                "id": "rolls",
                "name": "Rolls",
                "expiration_type": "rolling",
                "rolling_months": "12",
                "tiers": lowest,
            },
            STANDARD,
        ]
    }
    assert get(client, "/entities/Tiers/tier")["data"][2] == STANDARD


def test_a_page_of_them(client: Client) -> None:
    set_up(structure("a"), structure("b"), structure("c"))

    def ids(query: str) -> list[str]:
        return [one["id"] for one in get(client, f"/entities/tiers/tier?{query}")["data"]]

    assert (ids("limit=1"), ids("limit=1&offset=1"), ids("offset=2"), ids("offset=3")) == (["a"], ["b"], ["c"], [])


@pytest.mark.parametrize(
    ("query", "code"), [("limit=101", 300123), ("limit=0", 300123), ("offset=-1", 300121), ("name=Standard", 300122)]
)
def test_what_cannot_be_asked_for_is_refused(client: Client, query: str, code: int) -> None:
    set_up(structure())
    assert get(client, f"/entities/tiers/tier?{query}", 400)["error"]["code"] == code


def test_a_level_that_was_taken_out_is_not_shown(client: Client) -> None:
    set_up(structure())
    set_up(structure(levels=[LEVELS[0], LEVELS[2]]))

    found = get(client, "/entities/tiers/tier/standard")
    assert [level["id"] for level in found["tiers"]] == ["t0", "t2"]


def test_more_structures_cost_no_more_queries(client: Client) -> None:
    set_up(structure("a"))
    counts = []
    for more in ([], [structure("b"), structure("c")]):
        set_up(structure("a"), *more)
        get(client, "/entities/tiers/tier")
        with CaptureQueriesContext(connection) as captured:
            get(client, "/entities/tiers/tier")
        counts.append(len(captured))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("id", ["nothing", "Standard", "%00", "t0"])
def test_an_unknown_one_is_not_found(client: Client, id: str) -> None:
    set_up(structure())
    assert get(client, f"/entities/tiers/tier/{id}", 400) == refusal(0, "Entity not found")


@pytest.mark.parametrize(
    "path", ["/entities/tiers/ladder", "/entities/offers/offer", "/entities/tiers/ladder/standard"]
)
def test_another_type_is_none(client: Client, path: str) -> None:
    assert get(client, path, 400) == refusal(350300, "Entity type does not exist")
    answer = client.put(f"{path}?api_key={KEY}", {"name": "A"}, content_type="application/json")
    assert (answer.status_code, answer.json()) == (400, refusal(350300, "Entity type does not exist"))


@pytest.mark.parametrize("method", ["put", "post", "delete"])
@pytest.mark.parametrize("path", ["/entities/tiers/tier", "/entities/tiers/tier/standard", "/entities/Tiers/Tier/new"])
def test_the_api_writes_none(client: Client, method: str, path: str) -> None:
    set_up(structure())
    body = {"id": "standard", "name": "Mine", "tiers": []}

    # Twice: the second is no copy of a write.
    for _ in range(2):
        answer = getattr(client, method)(f"{path}?api_key={KEY}", body, content_type="application/json")
        message = "Entities of type tiers/tier cannot be created, changed or deleted by the API"
        assert (answer.status_code, answer.json()) == (400, refusal(300706, message))

    assert get(client, "/entities/tiers/tier") == {"data": [STANDARD]}


def test_while_the_module_is_off_there_is_no_such_type(client: Client) -> None:
    set_up(structure())
    configure()

    for path in ("/entities/tiers/tier", "/entities/tiers/tier/standard"):
        assert get(client, path, 400) == refusal(350300, "Entity type does not exist")


def test_a_key_needs_the_scope(client: Client) -> None:
    set_up(structure())
    ApiKey.objects.update(apis=["customers", "read", "display", "events"])

    error = get(client, "/entities/tiers/tier", 403)["error"]
    assert (error["type"], error["code"], "the scope 'entities'" in error["message"]) == ("ForbiddenException", 0, True)
