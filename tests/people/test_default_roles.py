"""What the roles of a new installation may do, and that nobody gained anything when rights became single ones."""

import re

import pytest
from django.db import IntegrityError, connection

from loyalty.contributions import contributed
from loyalty.staff.enums import Role
from loyalty.staff.models import StaffRole, User
from loyalty.staff.roles.fields import PersonalFields
from loyalty.staff.roles.grants import grant
from loyalty.staff.roles.rights import configuration_rights, known_rights
from tests.house.sources import ROOT

pytestmark = pytest.mark.django_db


def documented() -> dict[str, set[str]]:
    """By role, the rights of the table of docs/roles.md."""
    rows = [
        line.strip("| ").split("|")
        for line in (ROOT / "docs/roles.md").read_text().splitlines()
        if line.startswith("|")
    ]
    cells = [[cell.strip() for cell in row] for row in rows]
    head, *rights = [row for row in cells if row[0] == "right" or row[0].startswith("`")]
    return {
        role: {row[0].strip("`") for row in rights if len(row) > place and row[place] == "yes"}
        for place, role in enumerate(head)
        if place > 1
    }


def test_the_page_about_roles_tells_what_they_may_do() -> None:
    stored = {row.slug: set(row.rights) for row in StaffRole.objects.exclude(slug=Role.ADMINISTRATOR)}

    assert documented() == stored
    assert set(re.findall(r"^\| `([a-z_.]+)` \|", (ROOT / "docs/roles.md").read_text(), re.M)) == set(known_rights())


def test_default_roles_hold_rights_that_there_are() -> None:
    for row in StaffRole.objects.all():
        assert set(row.rights) <= set(known_rights()), row
        assert not [code for code in row.rights if known_rights()[code].is_reserved]
        needed = [known_rights()[code].needs for code in row.rights]
        assert {right.code for right in needed if right} <= set(row.rights), "what could not be used"


def test_every_role_of_the_enumeration_is_there_and_named_so() -> None:
    assert dict(StaffRole.objects.values_list("slug", "name")) == {role.value: str(role.label) for role in Role}


def test_whoever_was_manager_or_read_only_gained_nothing() -> None:
    """A manager could do everything but configure, see the audit trail and delete notes of others; a reader could look."""
    manager = set(StaffRole.objects.get(slug=Role.MANAGER).rights)
    only_administrators = {right.code for right in configuration_rights().values()}
    only_administrators |= {"tiers.configure", "notes.delete", "audit.view", "approvals.review"} | {
        code for code, one in known_rights().items() if one.is_reserved
    }

    assert not manager & only_administrators
    assert set(known_rights()) - manager == only_administrators, "and lost nothing"
    seen = {fields.right.code for fields in contributed(PersonalFields)}
    assert set(StaffRole.objects.get(slug=Role.READ_ONLY).rights) == {
        "catalogue.view",
        "customers.view",
        "transactions.view",
        "lists.view",
        "labels.view",
        "coupons.view",
        "rewards.view",
        *seen,
    }


def test_codes_and_deeds_are_spoken_of_once() -> None:
    rights = known_rights().values()

    assert len({str(right.deed) for right in rights}) == len(rights)
    assert not [right.code for right in rights if not re.fullmatch(r"[a-z_]+\.[a-z_]+", right.code)]
    assert not [right.code for right in rights if str(right.deed)[0].isupper() or str(right.deed).endswith(".")]


def test_a_later_migration_gives_a_right_once_and_takes_it_back() -> None:
    change = grant("stamps.view", Role.MANAGER, Role.ANALYST)

    def run(statement: object) -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute(str(statement))
        found = StaffRole.objects.filter(rights__contains=["stamps.view"]).order_by("slug")
        return [row.slug for row in found if row.rights.count("stamps.view") == 1]

    assert run(change.sql) == ["analyst", "manager"]
    assert run(change.sql) == ["analyst", "manager"]
    assert run(change.reverse_sql) == []


def test_the_database_knows_no_user_of_a_role_that_is_not_there() -> None:

    with pytest.raises(IntegrityError, match="user_role_is_there"):
        User.objects.create_user("ann", role="nobody_knows")
