"""The program file's `approvals`: the kinds of change that somebody else must approve."""

from collections.abc import Iterable
from typing import Any

from loyalty.program.section import Document, Problem, Section, fields

from .models import ApprovalRule
from .queries import kinds, required_kinds

_KIND = {"type": "string", "pattern": "^[a-z_]{1,64}$", "title": "a kind of change such as customers"}


def read_rules() -> list[dict[str, Any]]:
    return [{"kind": kind} for kind in required_kinds()]


def write_rules(wanted: list[dict[str, Any]], current: list[dict[str, Any]]) -> None:
    named = [item["kind"] for item in wanted]
    ApprovalRule.objects.exclude(kind__in=named).delete()
    ApprovalRule.objects.bulk_create([ApprovalRule(kind=kind) for kind in named], ignore_conflicts=True)


def check_rules(wanted: Document, current: Document) -> Iterable[Problem]:
    for place, item in enumerate(wanted["approvals"]):
        if item["kind"] not in kinds():
            yield Problem(("approvals", place, "kind"), f"must be one of {', '.join(sorted(kinds()))}")


APPROVALS = Section(
    name="approvals",
    key="kind",
    replaces=True,
    schema=fields({"kind": _KIND}, "kind"),
    read=read_rules,
    write=write_rules,
    check=check_rules,
)
