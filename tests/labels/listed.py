"""Labels in the tests that list all of something."""

from tests.engine.world import rows
from tests.listing import Listed

_MADE = "INSERT INTO labels_label (id, slug, name{more}) VALUES (7, 'l', 'L'{values})"


def _live(ann: int, old: int) -> None:
    rows(
        f"WITH made AS ({_MADE.format(more='', values='')} RETURNING id)"
        " INSERT INTO labels_customerlabel (customer_id, label_id, since)"
        " SELECT who, id, now() FROM made, unnest(ARRAY[%s, %s]::bigint[]) who",
        [ann, old],
    )


LISTED = Listed(
    reference=frozenset({"labels.Label", "labels.LabelAlias"}),
    owned=frozenset({"labels.CustomerLabel"}),
    versions={"labels_label": _MADE.format(more="", values="")},
    attempts={
        "label_status_is_known": _MADE.format(more=", status", values=", 'asleep'"),
        "label_is_not_its_own_shadow": _MADE.format(more=", merged_into_id", values=", 7"),
    },
    live=_live,
    samples={"slug:labels": ["vip"]},
)
