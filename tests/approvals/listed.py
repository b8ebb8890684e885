"""Approvals in the tests that list all of something."""

from tests.engine.world import rows
from tests.listing import Listed


def _live(ann: int, old: int) -> None:
    rows(
        "INSERT INTO approvals_changerequest (operation, kind, customer_id, arguments, foreseen, reason, status, requested_by_id,"
        " requested_at, user_agent, explanation) SELECT 'points.manage', 'customers', who, '{\"data\": 1}', '[1]', 'x', 'closed',"
        " (SELECT min(id) FROM staff_user), now(), 'x', 'x' FROM unnest(ARRAY[%s, %s]::bigint[]) who",
        [ann, old],
    )


def _asked(status: str, token: str = "NULL", decided_by: str = "NULL", decided_at: str = "NULL", times: int = 1) -> str:
    """A change that somebody asks for; `decided_by` and the rest are SQL, where `u` is that person."""
    return (
        "WITH u AS (INSERT INTO staff_user (username, password, email, first_name, last_name, role, shortcuts, is_staff, is_superuser,"
        " is_active, date_joined) VALUES ('boss', '', '', '', '', 'manager', true, false, false, true, now()) RETURNING id AS u)"
        " INSERT INTO approvals_changerequest (operation, kind, arguments, foreseen, reason, status, requested_by_id, requested_at,"
        f" user_agent, explanation, token, decided_by_id, decided_at) SELECT 'x', 'x', '{{}}', '[]', '', '{status}', u, now(), '', '',"
        f" {token}, {decided_by}, {decided_at} FROM u, generate_series(1, {times})"
    )


def _notice(mode: str, hours: int) -> str:
    return (
        "WITH u AS (INSERT INTO staff_user (username, password, email, first_name, last_name, role, shortcuts, is_staff, is_superuser,"
        " is_active, date_joined) VALUES ('boss', '', '', '', '', 'manager', true, false, false, true, now()) RETURNING id)"
        f" INSERT INTO approvals_noticechoice (user_id, mode, hours) SELECT id, '{mode}', {hours} FROM u"
    )


LISTED = Listed(
    # Everybody's own changes; those of others ask for the right.
    pages=dict.fromkeys(("approvals:list", "approvals:review", "approvals:withdraw", "approvals:notices"), "signed in"),
    reference=frozenset({"approvals.ApprovalRule", "approvals.NoticeChoice", "approvals.DecisionNotice"}),
    versions={"approvals_approvalrule": "INSERT INTO approvals_approvalrule (kind) VALUES ('x')"},
    attempts={
        "change_status_is_known": _asked("asleep", decided_by="u", decided_at="now()"),
        "change_is_decided_by_somebody": _asked("approved"),
        "change_is_decided_by_another": _asked("approved", decided_by="u", decided_at="now()"),
        "change_asked_for_once": _asked("waiting", token="'t'", times=2),
        "notice_mode_is_known": _notice("yearly", 1),
        "notice_hours_are_a_week_at_most": _notice("digest", 169),
    },
    live=_live,
)
