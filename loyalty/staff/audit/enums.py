from enum import StrEnum


class Note(StrEnum):
    """Rows of the trail that no declared operation writes."""

    SIGNED_IN = "login.succeed"
    SIGN_IN_FAILED = "login.fail"
    SIGNED_OUT = "login.end"
    INVITATION_ACCEPTED = "staff.accept_invitation"
    CHANGE_REQUESTED = "change.request"
    PASSWORD_SET = "user.set_password"  # noqa: S105  a name
    ADDED = "configuration.add"
    CHANGED = "configuration.change"
    DELETED = "configuration.delete"
