"""A trail of any length, made in SQL: each filter finds the same number of rows in a long one as in a short one's part."""

from django.db import connection

FILL = """
INSERT INTO staff_auditentry (at, staff_id, operation, customer_id, subject, reason, ip_address, user_agent, before, after)
SELECT timestamptz '2020-01-01' + n * interval '1 minute', CASE n %% 20 WHEN 0 THEN NULL ELSE %(staff)s END,
    (ARRAY['customer.change', 'note.add', 'login.succeed', 'event.add', 'configuration.change'])[1 + n %% 5],
    CASE WHEN n %% 5 < 2 THEN %(customer)s + n %% 40 END,
    CASE n %% 5 WHEN 2 THEN 'user:' || n %% 7 WHEN 4 THEN 'account:' || n %% 40 ELSE 'event:' || n END,
    '', '203.0.113.9', 'Firefox/140', '{}', '{"first_name": "Ann"}'
FROM generate_series(1, %(rows)s) n
"""


def fill(rows: int, *, staff: int, customer: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(FILL, {"rows": rows, "staff": staff, "customer": customer})
        cursor.execute("ANALYZE staff_auditentry, customers_customer, customers_identity, staff_user")
