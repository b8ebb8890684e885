"""For migrations of capabilities that come later: which of the default roles gain their rights."""

from django.db.migrations import RunSQL

_GRANT = "UPDATE staff_staffrole SET rights = array_append(rights, '{right}') WHERE slug IN ({roles}) AND NOT '{right}' = ANY(rights)"
_BACK = "UPDATE staff_staffrole SET rights = array_remove(rights, '{right}') WHERE '{right}' = ANY(rights)"


def grant(right: str, *roles: str) -> RunSQL:
    """The operation that gives these roles, where they are still there, the right of this code."""
    quoted = ", ".join(f"'{role}'" for role in roles)
    return RunSQL(_GRANT.format(right=right, roles=quoted), _BACK.format(right=right))
