"""What `manage.py verify` finds of labels: a fault of each kind, and none where there is none."""

from typing import Any

import pytest

from loyalty.verify.comparison import compare
from loyalty.verify.health import all_checks
from segments.labels.merging.operations import replace_merged
from segments.labels.operations import merge_labels, rename_label
from segments.labels.queries import counted, labels, members_of, size_of
from tests.engine.world import NOW, accepted, codes, event, merging, rows
from tests.engine.world import send as send_all
from tests.labels.labels import STAFF, member, send

pytestmark = pytest.mark.django_db


def wrong() -> list[Any]:
    found = compare(all_checks(), limit=10)
    return [(one.check, sorted(one.stored)) for one in found.mismatches if one.check.startswith("label_")]


@pytest.fixture(autouse=True)
def lives(db: None) -> None:
    """Labels given by an opt-in and a profile, renamed, merged and not yet replaced; Old was merged into Ann, Gone opted out."""
    member("ann", "VIP", "Tennis")
    member("ben", "Gold")
    member("old", "Chess")
    member("gone", "VIP")
    assert send("ben", "profile", labels="Chess, Judo") is None
    rename_label(slug="chess", name="Chess players", by=STAFF).result()
    merge_labels(slug="judo", into="tennis", by=STAFF).result()
    merge_labels(slug="tennis", into="gold", by=STAFF).result()
    assert codes(send_all(merging("old", "ann"))) == [None]
    accepted(event("gone", "opt_out"))


def test_nothing_is_found_where_all_is_as_the_events_say() -> None:
    assert wrong() == []
    replace_merged(now=lambda: NOW)
    assert wrong() == []


def test_the_counter_of_each_label_is_the_number_of_its_holders() -> None:
    for _ in range(2):
        told = {label.slug: label.size for label in counted(labels())}  # type: ignore[attr-defined]
        assert told == {"vip": 1, "gold": 2, "chess-players": 2}
        for label in labels():
            assert told[label.slug] == size_of(label) == members_of(label).count()
        replace_merged(now=lambda: NOW)


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        ("UPDATE labels_customerlabel SET since = since + interval '1 second' WHERE label_id = {vip}", "label_holders"),
        ("INSERT INTO labels_customerlabel (customer_id, label_id, since) VALUES ({ben}, {vip}, '2020-01-01Z')", "label_holders"),
        ("INSERT INTO labels_customerlabel (customer_id, label_id, since) VALUES ({gone}, {vip}, now())", "label_holders"),
        ("INSERT INTO labels_customerlabel (customer_id, label_id, since) VALUES ({old}, {vip}, now())", "label_holders"),
        ("UPDATE labels_label SET merged_into_id = {tennis} WHERE id = {judo}", "label_holders"),
        ("UPDATE labels_labelalias SET label_id = {tennis} WHERE slug = 'tennis'", "label_identifiers"),
        ("DELETE FROM labels_labelalias WHERE slug = 'vip'", "label_identifiers"),
        ("UPDATE labels_labelalias SET label_id = {gold} WHERE slug = 'vip'", "label_identifiers"),
    ],
)  # fmt: skip
def test_each_fault_is_found(fault: str, found: str) -> None:
    people = dict(rows("SELECT public_id, id FROM customers_customer WHERE public_id IN ('ann', 'ben', 'old')"))
    [(gone,)] = rows("SELECT id FROM customers_customer WHERE status = 'opted_out'")
    known = dict(rows("SELECT slug, id FROM labels_label"))
    rows(fault.format(gone=gone, **people, **{slug.replace("-", "_"): id for slug, id in known.items()}))

    assert {name for name, _ in wrong()} == {found}
