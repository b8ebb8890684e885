"""What the tests of user groups share."""

from loyalty.engine.events import Actor, Incoming
from loyalty.engine.mechanism import Outcome
from loyalty.engine.record import record
from loyalty.grouping.models import CustomerGroup
from loyalty.program.operations import apply_program
from loyalty.staff.models import User, UserGroup, UserGroupMember
from loyalty.staff.sender import Sender
from tests.engine.world import NOW

STAFF = Actor("back_office")
BY = Sender(None, NOW)


def make_groups(**parents: str | None) -> None:
    """Active ones: `make_groups(europe=None, spain="europe")`."""
    items = [
        {"id": slug, "name": slug.capitalize(), "parent": parent, "status": "active"}
        for slug, parent in parents.items()
    ]
    apply_program({"groups": items}, by=BY)


def set_status(slug: str, status: str) -> None:
    apply_program({"groups": [{"id": slug, "name": slug.capitalize(), "status": status}]}, by=BY)


def switch_on(*kinds: str) -> None:
    apply_program({"grouped_kinds": [{"kind": kind} for kind in kinds or ("customers",)]}, by=BY)


def join(user: User, *slugs: str) -> None:
    for slug in slugs:
        UserGroupMember.objects.create(user=user, group=UserGroup.objects.get(slug=slug))


def leave(user: User, slug: str) -> None:
    UserGroupMember.objects.filter(user=user, group__slug=slug).delete()


def put(name: str, slug: str, by: Actor = STAFF) -> Outcome:
    return record([Incoming(name, "user_group_add", {"user_group": slug})], by=by, at=NOW)[0]


def take_out(name: str, slug: str, by: Actor = STAFF) -> Outcome:
    return record([Incoming(name, "user_group_remove", {"user_group": slug})], by=by, at=NOW)[0]


def code(outcome: Outcome) -> int | None:
    return outcome.error.code if outcome.error else None


def groups_of(name: str) -> list[str]:
    rows = CustomerGroup.objects.filter(customer__public_id=name)
    return list(rows.order_by("group__slug").values_list("group__slug", flat=True))


def person(name: str, role: str = "manager", *slugs: str) -> User:
    user = User.objects.create_user(name, role=role)
    join(user, *slugs)
    return user
