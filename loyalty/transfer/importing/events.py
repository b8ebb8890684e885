"""Applies some rows of a file of events: each becomes an event of the engine, is there already, or is refused."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from customers.fields.reserved import ABOUT_THE_EVENT
from customers.models import Customer
from customers.queries import customers_named, is_by_merged_name
from loyalty.engine.events import Actor, Incoming
from loyalty.intake.once import REPLAYED, has_business_key
from loyalty.refusals import Refused
from loyalty.transfer.models import ImportJob
from loyalty.transfer.queries import line_keyed_import
from loyalty.transfer.reading.columns import Plan, Refusal, event_of
from loyalty.transfer.reading.reader import Line

from .differences import Known, is_about_known, verdicts
from .keys import Pair, claim, give_back, key_of
from .orders import have_lines, join, orders_of
from .profiles import empty_of
from .tally import Tally, fault, record_all

PROFILE = "profile"


@dataclass(slots=True, eq=False)
class _Row:
    """An event and the rows that tell it: one, or those of an order's lines."""

    lines: list[Line]
    event: Incoming
    # Rows that say again what one of those has said.
    repeated: Sequence[Line] = ()
    # What makes it this import's to record, of an event that has no key of its own.
    pair: Pair | None = None


def apply_events(plan: Plan, lines: Sequence[Line], *, job: ImportJob, by: Actor, at: datetime) -> Tally:
    tally, before = Tally(), line_keyed_import(job)
    rows = _claim(plan, list(_read(plan, lines, tally)), job, tally)
    rows = _spare_survivors(plan, rows, tally)
    if before and not job.count_again:
        for row in rows:
            # Before there were keys of rows, the file's digest and the line named one.
            row.event.nonce = f"import:{job.sha256}:{row.lines[0].number}"
    results = list(zip(rows, record_all([row.event for row in rows], by=by, at=at), strict=True))
    for row, error in results:
        if error is None:
            tally.recorded += len(row.lines)
            tally.unchanged += len(row.repeated)
    refused = [(row, error) for row, error in results if error is not None]
    _tell(plan, refused, before, tally)
    # A row that was known by its line is registered now, so that a mended file finds it.
    give_back(row.pair for row, error in refused if row.pair and error.code != REPLAYED)
    return tally


def _read(plan: Plan, lines: Sequence[Line], tally: Tally) -> Iterator[_Row]:
    for group in orders_of(plan, lines):
        read = [fault(line) or event_of(plan, line) for line in group]
        if refusals := [one for one in read if isinstance(one, Refusal)]:
            tally.refused += refusals
            _refuse_with(refusals[0], group, refusals, tally)
            continue
        yield from _join(plan, group, [one for one in read if isinstance(one, Incoming)], tally)


def _join(plan: Plan, group: list[Line], events: list[Incoming], tally: Tally) -> Iterator[_Row]:
    if len(group) == 1 or not have_lines(events):
        yield from (_Row([line], event) for line, event in zip(group, events, strict=True))
        return
    try:
        order, repeated = join(events)
    except Refused as error:
        tally.refuse(plan, group, error)
        return
    yield _Row([one for n, one in enumerate(group) if n not in repeated], order, [group[n] for n in repeated])


def _refuse_with(first: Refusal, group: Sequence[Line], refusals: Sequence[Refusal], tally: Tally) -> None:
    """The other rows of an order one of whose rows is wrong: half an order is another order."""
    wrong = {refusal.line for refusal in refusals}
    reason = f"Line {first.line:,} of the same order is refused: {first.reason}"
    tally.refused += [Refusal(line.number, first.column, 0, reason) for line in group if line.number not in wrong]


def _claim(plan: Plan, rows: Sequence[_Row], job: ImportJob, tally: Tally) -> list[_Row]:
    """The rows that are this import's to record; the others are there already."""
    keyless = [row for row in rows if not has_business_key(row.event)]
    source = job.source or job.model
    claims = claim(job, [key_of(source, row.event, plan.numbers_of(row.event.action)) for row in keyless])
    for place, pair in claims.ours.items():
        keyless[place].pair = pair
    there = {keyless[place]: owner for place, owner in claims.earlier.items()}
    for row, owner in there.items():
        if owner in (job.pk, job.again_of_id):
            # Recorded, or refused, by the import whose rows are counted again: nothing to tell.
            tally.unchanged += 1
        else:
            tally.there(row.lines, import_id=owner)
    return [row for row in rows if row not in there]


def _spare_survivors(plan: Plan, rows: Sequence[_Row], tally: Tally) -> list[_Row]:
    """What a file says of a merged-away profile is old: it fills what the survivor has not, and overwrites nothing."""
    names = [row.event.customer for row in rows if row.event.action == PROFILE]
    if not names:
        return list(rows)
    known, filled, left = customers_named(names, plan.scheme), set[tuple[int, str]](), []
    for row in rows:
        survivor = known.get(row.event.customer) if row.event.action == PROFILE else None
        if survivor is None or not is_by_merged_name(survivor) or _spare(row, survivor, filled, tally):
            left.append(row)
    return left


def _spare(row: _Row, survivor: Customer, filled: set[tuple[int, str]], tally: Tally) -> bool:
    """Leave in the event what the survivor has nothing of; whether anything is left."""
    data = row.event.data
    said = data.keys() - ABOUT_THE_EVENT
    empty = {name for name in empty_of(survivor, said) if (survivor.id, name) not in filled}
    filled |= {(survivor.id, name) for name in empty}
    if kept := said - empty:
        row.event.data = {name: value for name, value in data.items() if name not in kept}
        tally.merged(row.lines[0], kept)
    if not empty:
        tally.unchanged += 1
        give_back([row.pair] if row.pair else [])
    return bool(empty)


def _tell(plan: Plan, refused: Sequence[tuple[_Row, Refused]], before: ImportJob | None, tally: Tally) -> None:
    """What became of the rows that the engine refused: some say what is there already."""
    about_known = [(row, error) for row, error in refused if is_about_known(error)]
    found = verdicts(plan, [(row.event, error) for row, error in about_known]) if about_known else []
    said = {row: verdict for (row, _), verdict in zip(about_known, found, strict=True)}
    for row, error in refused:
        lines, verdict = [*row.lines, *row.repeated], said.get(row, error)
        if isinstance(verdict, Known):
            tally.there(lines, verdict.recorded_at, verdict.import_id)
        elif error.code == REPLAYED:
            tally.there(lines, import_id=before.pk if before else None)
        else:
            tally.refuse(plan, lines, verdict)
