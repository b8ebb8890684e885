"""The program file's `segments`: each with its rule as JSON."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db.models import F
from django.utils import timezone

from loyalty.program.section import IS_AN_ADDRESS, Document, Key, Problem, Section, changed, choice, fields, flag, text

from .bindings import bound_to
from .enums import SegmentStatus
from .language.reading import read_rule
from .language.refusals import WrongRule
from .language.vocabulary import SEGMENT, SEGMENT_OPTION, Vocabulary, read_vocabulary
from .models import OWN_ADDRESSES, Computation, Segment, Stay

COLUMNS = ("name", "description", "status", "rule", "announces")
# Places in a problem's path: `rule.all[1].value` within the item.
_PLACE = ("segments",)


def read_segments() -> list[dict[str, Any]]:
    rows = Segment.objects.order_by("slug").values("slug", *COLUMNS)
    return [{"id": row.pop("slug"), **row} for row in rows]


def write_segments(wanted: list[dict[str, Any]], current: list[dict[str, Any]]) -> None:
    """New and changed ones; none is deleted, since events and stays name them. Members are computed afterwards."""
    before = {item["id"]: item for item in current}
    for item in changed(wanted, current):
        segment, _ = Segment.objects.update_or_create(slug=item["id"], defaults={name: item[name] for name in COLUMNS})
        _plan(segment, before.get(item["id"]))


def _plan(segment: Segment, before: Mapping[str, Any] | None) -> None:
    Computation.objects.get_or_create(segment=segment)
    if segment.status == SegmentStatus.ARCHIVED:
        now = timezone.now()
        Stay.objects.filter(segment=segment, left_at__isnull=True).update(
            left_at=now, until=now, told_of_leaving=not segment.announces
        )
        Computation.objects.filter(segment=segment).update(members=0, complete=F("wanted"))
    elif before and (before["rule"], before["status"]) != (segment.rule, segment.status):
        compute_anew([segment])


def compute_anew(segments: Sequence[Segment]) -> None:
    """What they ask for has changed of many customers at once, with no event of each. If that moves members, so do the
    segments that ask for these."""
    active = Computation.objects.filter(segment__in=segments, segment__status=SegmentStatus.ACTIVE)
    active.update(wanted=F("wanted") + 1)


def segments_asking(fact: str, option: str, values: Collection[str]) -> Sequence[Segment]:
    """Those whose rules ask the fact for one of these values of its option."""
    rows = Segment.objects.exclude(status=SegmentStatus.ARCHIVED).order_by("name")
    return [row for row in rows if not names_in(row.rule, fact, option).isdisjoint(values)]


def compute_asking(facts: Collection[str]) -> None:
    """Compute anew the segments that ask for one of these facts: their answers have changed."""
    active = Segment.objects.filter(status=SegmentStatus.ACTIVE)
    compute_anew([one for one in active if not facts_in(one.rule).isdisjoint(facts)])


def facts_in(rule: Any) -> frozenset[str]:
    """The names of all facts that a stored rule asks for."""
    return frozenset(str(one["fact"]) for one in _conditions(rule))


def _conditions(rule: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(rule, list):
        for part in rule:
            yield from _conditions(part)
    elif isinstance(rule, dict) and "fact" in rule:
        yield rule
    elif isinstance(rule, dict):
        yield from _conditions([rule[name] for name in ("all", "any", "not") if name in rule])


def names_in(rule: Any, fact: str = SEGMENT, option: str = SEGMENT_OPTION) -> frozenset[str]:
    """What a stored rule names, such as the IDs of segments, without reading all of it."""
    asking = (one for one in _conditions(rule) if one["fact"] == fact)
    return frozenset(str((one.get("options") or {}).get(option, "")) for one in asking)


def check_segments(wanted: Document, current: Document) -> Iterable[Problem]:
    if wanted["segments"] == current["segments"]:
        return
    vocabulary, known = read_vocabulary(), {item["id"]: item for item in current["segments"]}
    new_fields = {f"field.{item['id']}" for item in wanted.get("customer_fields", ()) if "id" in item}
    rules: dict[str, frozenset[str]] = {}
    for item in wanted["segments"]:
        path = (*_PLACE, Key(item["id"]))
        rules[item["id"]] = names_in(item["rule"])
        if item != known.get(item["id"]):
            yield from (Problem((*path, *place), text) for place, text in wrong(item, known.get(item["id"])))
            yield from _wrong_rule(item, path, vocabulary, new_fields)
    yield from _wrong_names(rules)


def _wrong_rule(
    item: Mapping[str, Any], path: tuple[str | int, ...], vocabulary: Vocabulary, new_fields: set[str]
) -> Iterator[Problem]:
    """Choices may be made by the same file, as may fields: such a rule is checked as it is computed."""
    try:
        read_rule(item["rule"], vocabulary, is_stored=True)
    except WrongRule as error:
        if not any(name in str(item["rule"]) for name in new_fields - vocabulary.facts.keys()):
            yield Problem((*path, error.place), error.message)


def wrong(item: Mapping[str, Any], before: Mapping[str, Any] | None) -> Iterator[tuple[tuple[str, ...], str]]:
    """What cannot become of a segment as it is."""
    if before is None:
        if item["id"] in OWN_ADDRESSES:
            yield ("id",), IS_AN_ADDRESS
        return
    if before["status"] == SegmentStatus.ARCHIVED and item["status"] != SegmentStatus.ARCHIVED:
        yield ("status",), "cannot be changed: an archived segment stays archived. Make another one"
    if item["status"] == SegmentStatus.ARCHIVED and before["status"] != SegmentStatus.ARCHIVED:
        bound = bound_to(item["id"])
        if bound:
            yield ("status",), f"cannot be archived while these use it: {', '.join(bound)}"


def _wrong_names(rules: Mapping[str, frozenset[str]]) -> Iterator[Problem]:
    for slug, names in rules.items():
        path = (*_PLACE, Key(slug), "rule")
        if missing := sorted(names - rules.keys()):
            yield Problem(path, f"names a segment that there is not: {missing[0]}")
        elif circle := _circle(slug, rules):
            yield Problem(path, f"leads back to itself: {' → '.join(circle)}")


def _circle(slug: str, rules: Mapping[str, frozenset[str]]) -> list[str]:
    """From the segment over others back to it; empty if it does not come back."""
    waiting, seen = [[slug]], set[str]()
    while waiting:
        line = waiting.pop()
        for name in sorted(rules.get(line[-1], ())):
            if name == slug:
                return [*line, name]
            if name not in seen:
                seen.add(name)
                waiting.append([*line, name])
    return []


_ID = {
    "type": "string",
    "pattern": "^[a-z0-9][a-z0-9_-]*$",
    "maxLength": 64,
    "title": "1 to 64 lower-case letters, digits, underscores and hyphens",
}

SEGMENTS = Section(
    name="segments",
    key="id",
    schema=fields(
        {
            "id": _ID,
            "name": text(Segment, "name"),
            "description": text(Segment, "description", default=""),
            "status": choice(SegmentStatus.values, default=SegmentStatus.ACTIVE.value),
            "rule": {"type": "object", "description": "All, any and not of conditions on facts: docs/segments.md."},
            "announces": flag(default=False, description="Customers who enter or leave get an event that says so."),
        },
        "id",
    ),
    read=read_segments,
    write=write_segments,
    check=check_segments,
)
