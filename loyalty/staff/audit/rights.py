"""Who sees the audit trail."""

from loyalty.staff.permissions import Right

SEE_TRAIL = Right.CONFIGURE
