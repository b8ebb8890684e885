"""User groups in the tests that list all of something."""

from loyalty.grouping.operations import put_in_group, take_out_of_group
from loyalty.people.groups.operations import save_group, save_kinds, save_people
from loyalty.people.groups.queries import group_item
from loyalty.staff.models import User
from loyalty.staff.sender import Sender
from tests.engine.world import rows
from tests.factories import make_customer
from tests.listing import Listed

from .groups import make_groups

_MADE = "INSERT INTO staff_usergroup (slug, name, status) VALUES ('g', 'G', 'active')"


def _live(ann: int, old: int) -> None:
    rows(
        f"WITH made AS ({_MADE} RETURNING id) INSERT INTO grouping_customergroup (customer_id, group_id, since, event_id)"
        " SELECT who, id, now(), 1 FROM made, unnest(ARRAY[%s, %s]::bigint[]) who",
        [ann, old],
    )


def _group() -> str:
    make_groups(spain=None)
    return "spain"


def _changed(by: Sender) -> object:
    slug = _group()
    return save_group(slug=slug, shown=group_item(slug), changes={"name": "Iberia"}, by=by)


def _people(by: Sender) -> object:
    User.objects.create_user("sue")
    return save_people(slug=_group(), shown=[], usernames=["sue"], by=by)


def _taken_out(by: Sender) -> object:
    customer, slug = make_customer("ann"), _group()
    put_in_group(customer=customer, slug=slug, by=by)
    return take_out_of_group(customer=customer, slug=slug, by=by)


LISTED = Listed(
    before_histories=lambda: rows(f"{_MADE} ON CONFLICT DO NOTHING"),
    corruptions={
        "in a user group": (
            (
                "INSERT INTO grouping_customergroup (customer_id, group_id, since, event_id)"
                " SELECT {customer}, id, now(), 1 FROM staff_usergroup WHERE slug = 'g'"
            ),
            {"user_groups": ["event_id"]},
        ),
    },
    deeds={
        "group.save": _changed,
        "group.people": _people,
        "group.kinds": lambda by: save_kinds(shown=[], kinds=["customers"], by=by),
        "customer.add_group": lambda by: put_in_group(customer=make_customer("ann"), slug=_group(), by=by),
        "customer.remove_group": _taken_out,
    },
    own_member={
        "customer.add_group": lambda customer, by: put_in_group(customer=customer, slug="spain", by=by),
        "customer.remove_group": lambda customer, by: take_out_of_group(customer=customer, slug="spain", by=by),
    },
    reference=frozenset({"staff.UserGroup", "staff.UserGroupMember", "staff.GroupedKind"}),
    owned=frozenset({"grouping.CustomerGroup"}),
    versions={
        "staff_usergroup": _MADE,
        "staff_groupedkind": "INSERT INTO staff_groupedkind (kind) VALUES ('customers')",
    },
    attempts={
        "user_group_status_is_known": "INSERT INTO staff_usergroup (slug, name, status) VALUES ('g', 'G', 'asleep')",
        "user_group_is_not_inside_itself": (
            "INSERT INTO staff_usergroup (id, slug, name, status, parent_id) VALUES (9, 'g', 'G', 'active', 9)"
        ),
        "user_group_external_id_is_said": (
            "INSERT INTO staff_usergroup (slug, name, status, external_id) VALUES ('g', 'G', 'active', '')"
        ),
        "user_in_a_group_once": (
            f"WITH made AS ({_MADE} RETURNING id), who AS (INSERT INTO staff_user (username, password, is_superuser, is_staff,"
            " is_active, first_name, last_name, email, date_joined, role, shortcuts) VALUES"
            " ('u', '', false, false, true, '', '', '', now(), 'read_only', true) RETURNING id)"
            " INSERT INTO staff_usergroupmember (group_id, user_id) SELECT made.id, who.id FROM made, who, generate_series(1, 2)"
        ),
    },
    live=_live,
    samples={"slug:user-groups": ["g"]},
)
