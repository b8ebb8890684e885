"""Labels in the tests that list all of something."""

from loyalty.staff.sender import Sender
from segments.labels.enums import LabelStatus
from segments.labels.operations import give_label, merge_labels, rename_label, set_status, take_label
from tests.engine.world import rows
from tests.factories import make_customer
from tests.listing import Listed

_MADE = "INSERT INTO labels_label (id, slug, name{more}) VALUES (7, 'l', 'L'{values})"


def _live(ann: int, old: int) -> None:
    rows(
        f"WITH made AS ({_MADE.format(more='', values='')} RETURNING id, slug),"
        " named AS (INSERT INTO labels_labelalias (slug, label_id) SELECT slug, id FROM made)"
        " INSERT INTO labels_customerlabel (customer_id, label_id, since)"
        " SELECT who, id, now() FROM made, unnest(ARRAY[%s, %s]::bigint[]) who",
        [ann, old],
    )


def _given(by: Sender, *names: str) -> None:
    customer = make_customer("ann")
    for name in names:
        give_label(customer=customer, text=name, by=by)


def _taken(by: Sender) -> object:
    customer = make_customer("ann")
    give_label(customer=customer, text="VIP", by=by)
    return take_label(customer=customer, slug="vip", by=by)


def _renamed(by: Sender) -> object:
    _given(by, "VIP")
    return rename_label(slug="vip", name="Gold", by=by)


def _switched_off(by: Sender) -> object:
    _given(by, "VIP")
    return set_status(slug="vip", status=LabelStatus.INACTIVE, by=by)


def _merged(by: Sender) -> object:
    _given(by, "VIP", "Gold")
    return merge_labels(slug="vip", into="gold", by=by)


LISTED = Listed(
    before_histories=lambda: rows(
        f"WITH made AS ({_MADE.format(more='', values='')} ON CONFLICT DO NOTHING RETURNING id)"
        " INSERT INTO labels_labelalias (slug, label_id) SELECT 'l', id FROM made"
    ),
    corruptions={
        "label that no event gave": (
            "INSERT INTO labels_customerlabel (customer_id, label_id, since) VALUES ({customer}, 7, now())",
            {"label_holders": ["since"]},
        ),
    },
    deeds={
        "label.give": lambda by: _given(by, "VIP"),
        "label.take": _taken,
        "label.rename": _renamed,
        "label.status": _switched_off,
        "label.merge": _merged,
    },
    own_member={
        "label.give": lambda customer, by: give_label(customer=customer, text="VIP", by=by),
        "label.take": lambda customer, by: take_label(customer=customer, slug="vip", by=by),
    },
    reference=frozenset({"labels.Label", "labels.LabelAlias"}),
    owned=frozenset({"labels.CustomerLabel"}),
    versions={"labels_label": _MADE.format(more="", values="")},
    attempts={
        "label_status_is_known": _MADE.format(more=", status", values=", 'asleep'"),
        "label_is_not_its_own_shadow": _MADE.format(more=", merged_into_id", values=", 7"),
    },
    live=_live,
    samples={"slug:labels": ["l"]},
)
