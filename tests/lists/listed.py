"""Lists in the tests that list all of something."""

from tests.engine.world import rows
from tests.listing import Listed

_MADE = "INSERT INTO lists_customerlist (slug, name) VALUES ('l', 'L')"


def _live(ann: int, old: int) -> None:
    rows(
        f"WITH made AS ({_MADE} RETURNING id) INSERT INTO lists_listmember (customer_id, customer_list_id, since, event_id)"
        " SELECT who, id, now(), 1 FROM made, unnest(ARRAY[%s, %s]::bigint[]) who",
        [ann, old],
    )


LISTED = Listed(
    pages=dict.fromkeys(
        ("api-list-add", "api-list-remove", "api-list-status", "api-list-errors", "api-list-error"), "API key"
    ),
    reference=frozenset({"lists.CustomerList"}),
    owned=frozenset({"lists.ListMember"}),
    versions={"lists_customerlist": _MADE},
    attempts={
        "list_status_is_known": "INSERT INTO lists_customerlist (slug, name, status) VALUES ('l', 'L', 'asleep')"
    },
    live=_live,
    samples={"slug:lists": ["vip"]},
)
