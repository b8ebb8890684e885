"""Applies some rows of a file of a kind that a room takes: each once, or each time where it says what is so."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from loyalty.engine.events import Actor
from loyalty.intake.files import FileRow, Importable
from loyalty.transfer.models import ImportJob
from loyalty.transfer.reading.columns import Plan, Refusal
from loyalty.transfer.reading.reader import Line

from .keys import Claims, claim, give_back, key_of
from .tally import Tally, fault

Read = tuple[Line, FileRow]


def apply_rows(
    kind: Importable, plan: Plan, lines: Sequence[Line], *, job: ImportJob, by: Actor, at: datetime
) -> Tally:
    tally = Tally()
    rows = list(_read(kind, plan, lines, tally))
    # A claim of before would keep somebody off a list for good who was on it once.
    claims = _claimed(kind, plan, rows, job) if kind.already is None else Claims()
    _tell_of_known(rows, claims, job, tally)
    places = sorted(claims.ours) if kind.already is None else range(len(rows))
    for place, error in zip(places, kind.apply([rows[place][1] for place in places], by, at), strict=True):
        if error is None:
            tally.recorded += 1
        elif error.code == kind.already:
            tally.unchanged += 1
        else:
            tally.refuse(plan, [rows[place][0]], error)
            give_back(filter(None, [claims.ours.get(place)]))
    return tally


def _claimed(kind: Importable, plan: Plan, rows: Sequence[Read], job: ImportJob) -> Claims:
    numbers = plan.numbers_of(kind.name)
    return claim(job, [key_of(job.source or kind.name, row.event(kind.name), numbers) for _, row in rows])


def _read(kind: Importable, plan: Plan, lines: Sequence[Line], tally: Tally) -> Iterator[Read]:
    for line in lines:
        customer = fault(line) or plan.customer_of(line)
        refusal = customer if isinstance(customer, Refusal) else plan.read_cells(line, kind.name)
        if refusal:
            tally.refused.append(refusal)
        elif isinstance(customer, str):
            yield line, FileRow(customer, plan.scheme, plan.data(line.cells))


def _tell_of_known(rows: Sequence[Read], claims: Claims, job: ImportJob, tally: Tally) -> None:
    """Rows that an import has recorded before; of one whose rows are counted again there is nothing to tell."""
    for place, owner in claims.earlier.items():
        if owner in (job.pk, job.again_of_id):
            tally.unchanged += 1
        else:
            tally.there([rows[place][0]], import_id=owner)
