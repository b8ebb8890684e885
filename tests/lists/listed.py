"""Lists in the tests that list all of something."""

from loyalty.api.keys.enums import Api
from loyalty.staff.sender import Sender
from segments.lists.enums import ListStatus
from segments.lists.operations import add_member, archive_list, change_list, create_list, note_export, remove_member
from tests.engine.world import rows
from tests.factories import make_customer
from tests.listing import Listed

from .lists import make_lists, set_status, the

_MADE = "INSERT INTO lists_customerlist (slug, name) VALUES ('l', 'L')"


def _live(ann: int, old: int) -> None:
    rows(
        f"WITH made AS ({_MADE} RETURNING id) INSERT INTO lists_listmember (customer_id, customer_list_id, since, event_id)"
        " SELECT who, id, now(), 1 FROM made, unnest(ARRAY[%s, %s]::bigint[]) who",
        [ann, old],
    )


ROUTES = dict.fromkeys(("api-list-add", "api-list-remove"), (Api.ENTITIES, "post")) | dict.fromkeys(
    ("api-list-status", "api-list-errors", "api-list-error"), (Api.ENTITIES, "get")
)


def _list(*statuses: str) -> str:
    make_lists("vip")
    set_status("vip", *statuses)
    return "vip"


def _removed(by: Sender) -> object:
    customer, slug = make_customer("ann"), _list()
    add_member(customer=customer, slug=slug, by=by)
    return remove_member(customer=customer, slug=slug, by=by)


LISTED = Listed(
    before_histories=lambda: rows(f"{_MADE} ON CONFLICT DO NOTHING"),
    corruptions={
        "on a list": (
            (
                "INSERT INTO lists_listmember (customer_id, customer_list_id, since, event_id)"
                " SELECT {customer}, id, now(), 1 FROM lists_customerlist WHERE slug = 'l'"
            ),
            {"list_members": ["event_id"]},
        ),
    },
    deeds={
        "list.create": lambda by: create_list(name="VIP", status=ListStatus.ACTIVE, by=by),
        "list.change": lambda by: change_list(slug=_list(), name="Very important", by=by),
        "list.archive": lambda by: archive_list(slug=_list("inactive"), by=by),
        "list.add": lambda by: add_member(customer=make_customer("ann"), slug=_list(), by=by),
        "list.remove": _removed,
        "list.export": lambda by: note_export(found=the(_list()), members=1, by=by),
    },
    own_member={
        "list.add": lambda customer, by: add_member(customer=customer, slug="vip", by=by),
        "list.remove": lambda customer, by: remove_member(customer=customer, slug="vip", by=by),
    },
    pages=dict.fromkeys(ROUTES, "API key"),
    routes=ROUTES,
    reference=frozenset({"lists.CustomerList"}),
    owned=frozenset({"lists.ListMember"}),
    versions={"lists_customerlist": _MADE},
    attempts={
        "list_status_is_known": "INSERT INTO lists_customerlist (slug, name, status) VALUES ('l', 'L', 'asleep')"
    },
    live=_live,
    samples={"slug:lists": ["l"]},
)
