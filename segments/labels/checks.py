"""Who has which label against the labels that there are and the events that gave them. Reads only.

How many have a label is counted when it is asked for and stored nowhere, so these rows are all that could be wrong.
"""

from loyalty.verify.checks import Checks
from loyalty.verify.row_checks import RowCheck

# (customer, customer and label, since when it is held, NULL: it should not be). A label that was merged into another may have
# customers until they have moved; into one that was merged itself nobody follows. Events stay with the profile that they were
# of, so those of merged profiles are looked at as well.
_WRONG = """
    SELECT h.customer_id, concat_ws(', ', h.customer_id, coalesce(l.slug, h.label_id::text)), h.since, NULL
    FROM labels_customerlabel h
    LEFT JOIN labels_label l ON l.id = h.label_id
    LEFT JOIN labels_label meant ON meant.id = l.merged_into_id
    LEFT JOIN customers_customer c ON c.id = h.customer_id
    WHERE l.id IS NULL OR meant.merged_into_id IS NOT NULL
    OR c.id IS NULL OR c.status IN ('opted_out', 'banned', 'merged')
    OR NOT EXISTS (
        SELECT 1 FROM events_event e
        WHERE e.occurred_at = h.since AND jsonb_exists(e.data, 'labels') AND e.customer_id IN (
            SELECT h.customer_id UNION ALL SELECT m.source_id FROM customers_merge m WHERE m.survivor_id = h.customer_id
        )
    )
    ORDER BY 1, 2
"""
# (no customer, the identifier, the label that it means, NULL): one that means a label which was merged into another, or the
# identifier of a label that does not mean it.
_IDENTIFIERS = """
    SELECT NULL, a.slug, l.slug, NULL FROM labels_labelalias a JOIN labels_label l ON l.id = a.label_id
    WHERE l.merged_into_id IS NOT NULL
    UNION ALL
    SELECT NULL, l.slug, a.label_id::text, l.id::text FROM labels_label l LEFT JOIN labels_labelalias a ON a.slug = l.slug
    WHERE l.merged_into_id IS NULL AND a.label_id IS DISTINCT FROM l.id
    ORDER BY 2
"""

CHECKS = Checks(
    (
        RowCheck("label_holders", "labels_customerlabel", "since", _WRONG),
        RowCheck("label_identifiers", "labels_labelalias", "label", _IDENTIFIERS, customer="0"),
    )
)
