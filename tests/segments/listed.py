"""Segments in the tests that list all of something."""

from loyalty.staff.sender import Sender
from segments.enums import SegmentStatus
from segments.giving.operations import put_members_in_group
from segments.models import Segment
from segments.operations import allow_export, change_status, compute_again, save_segment
from tests.engine.world import accepted, event, rows
from tests.groups.groups import make_groups
from tests.listing import Listed
from tests.segments.segmenting import item, make_segment, work

_MADE = "WITH made AS (INSERT INTO segments_segment (slug, name, rule) VALUES ('s', 'S', '{\"all\": []}') RETURNING id)"
_STAY = (
    "{made} INSERT INTO segments_stay (customer_id, segment_id, since, entered_at, until, left_at, told_of_entering, told_of_leaving)"
    " SELECT c.id, made.id, {times}, true, true FROM made, (SELECT min(id) AS id FROM customers_customer) c, generate_series(1, {number})"
)


def _computed() -> None:
    """A segment that selects nobody, with its computation complete."""
    rows(
        "WITH made AS (INSERT INTO segments_segment (slug, name, rule) VALUES"
        """ ('nobody', 'Nobody', '{"fact": "customer.first_name", "op": "is", "value": "Nobody"}') ON CONFLICT DO NOTHING RETURNING id)"""
        " INSERT INTO segments_computation (segment_id, wanted, complete, computed_at, computed_for)"
        " SELECT id, 1, 1, now(), now()::date FROM made"
    )


def _live(ann: int, old: int) -> None:
    rows(
        f"{_MADE}, counted AS (INSERT INTO segments_computation (segment_id) SELECT id FROM made), stay AS (INSERT INTO segments_stay (customer_id, segment_id, since, entered_at, told_of_entering, told_of_leaving)"
        " SELECT who, id, now(), now(), true, true FROM made, unnest(ARRAY[%s, %s]::bigint[]) who RETURNING customer_id)"
        " INSERT INTO segments_touch (customer_id, happened_at) SELECT customer_id, now() FROM stay",
        [ann, old],
    )


def _made() -> Segment:
    return make_segment("buyers", "bought")


def _put_into_group(by: Sender) -> object:
    make_groups(spain=None)
    make_segment("all", "everyone")
    accepted(event("zoe", "opt_in"))
    work()
    return put_members_in_group(kind="segment", slug="all", group="spain", by=by)


LISTED = Listed(
    before_histories=_computed,
    corruptions={
        "member": (
            (
                "WITH seen AS (DELETE FROM segments_touch WHERE customer_id = {customer})"
                " INSERT INTO segments_stay (customer_id, segment_id, since, entered_at, told_of_entering, told_of_leaving)"
                " SELECT {customer}, id, now(), now(), true, true FROM segments_segment WHERE slug = 'nobody'"
            ),
            {"segments": ["is_member"]},
        ),
    },
    samples={"slug:segments": ["buyers"], "status:segments": ["inactive"], "kind:segments": ["segment"]},
    deeds={
        "segment.save": lambda by: save_segment(item=item("buyers", "bought"), by=by),
        "segment.status": lambda by: change_status(segment=_made(), status=SegmentStatus.INACTIVE, by=by),
        "segment.compute": lambda by: compute_again(segment=_made(), by=by),
        "segment.export": lambda by: allow_export(segment=_made(), members=1, by=by),
        "customer.add_group_to_members": _put_into_group,
    },
    reference=frozenset({"segments.Segment", "segments.Computation", "segments.Size"}),
    owned=frozenset({"segments.Stay", "segments.Touch"}),
    versions={
        "segments_segment": """INSERT INTO segments_segment (slug, name, rule) VALUES ('all', 'All', '{"all": []}')""",
    },
    attempts={
        "segment_status_is_known": """INSERT INTO segments_segment (slug, name, rule, status) VALUES ('x', 'X', '{}', 'asleep')""",
        "one_stay_at_a_time": _STAY.format(made=_MADE, times="now(), now(), NULL, NULL", number=2),
        "stay_ends_after_it_began": _STAY.format(
            made=_MADE, times="now(), now(), now() - interval '1 day', now()", number=1
        ),
        "size_of_a_day": f"{_MADE} INSERT INTO segments_size (segment_id, day, members)"
        " SELECT id, '2026-01-01', 1 FROM made, generate_series(1, 2)",
    },
    live=_live,
)
