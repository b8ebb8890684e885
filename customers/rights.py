from django.utils.translation import gettext_lazy as _

from loyalty.staff.roles.rights import Right, RightGroup

VIEW_CUSTOMERS = Right("customers.view", _("see customers"))
CREATE_CUSTOMERS = Right("customers.create", _("create customers"), needs=VIEW_CUSTOMERS)
EDIT_CUSTOMERS = Right("customers.edit", _("change what is known of customers"), needs=VIEW_CUSTOMERS)
SUSPEND_CUSTOMERS = Right("customers.suspend", _("suspend or unsuspend customers"), needs=VIEW_CUSTOMERS)
MERGE_CUSTOMERS = Right("customers.merge", _("merge customers"), needs=VIEW_CUSTOMERS)
EXPORT_CUSTOMERS = Right("customers.export", _("download what is held about a customer"), needs=VIEW_CUSTOMERS)
OPT_OUT_CUSTOMERS = Right("customers.opt_out", _("opt customers out for good"), needs=VIEW_CUSTOMERS)
BAN_CUSTOMERS = Right("customers.ban", _("ban customers"), needs=OPT_OUT_CUSTOMERS)
VIEW_ERASURES = Right("erasures.view", _("see who was erased when, with the receipts"))
LIFT_BANS = Right("customers.lift_bans", _("lift bans"), needs=VIEW_ERASURES)
WRITE_NOTES = Right("notes.write", _("write notes, and change or delete their own"), needs=VIEW_CUSTOMERS)
DELETE_NOTES = Right("notes.delete", _("delete notes of others"), needs=WRITE_NOTES)
CONFIGURE_FIELDS = Right("customers.configure_fields", _("define the fields of customers"))

RIGHTS = RightGroup(
    _("Customers"),
    (
        VIEW_CUSTOMERS, CREATE_CUSTOMERS, EDIT_CUSTOMERS, SUSPEND_CUSTOMERS, MERGE_CUSTOMERS, EXPORT_CUSTOMERS,
        OPT_OUT_CUSTOMERS, BAN_CUSTOMERS, LIFT_BANS, VIEW_ERASURES, WRITE_NOTES, DELETE_NOTES, CONFIGURE_FIELDS,
    ),
)  # fmt: skip
