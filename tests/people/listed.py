"""Roles in the tests that list all of something."""

from tests.listing import Listed

LISTED = Listed(
    versions={"staff_staffrole": "INSERT INTO staff_staffrole (slug, name, rights) VALUES ('x', 'X', '{}')"}
)
