"""What the programme shows elsewhere."""

from django.utils.translation import gettext_lazy as _

from loyalty.staff.audit.kinds import OperationLabels, SubjectKind
from loyalty.staff.roles.rights import ConfigurationPages

from .models import GeneralSettings
from .rights import CONFIGURE_PROGRAM, RIGHTS

CONTRIBUTIONS = (
    RIGHTS,
    ConfigurationPages("staff.generalsettings", CONFIGURE_PROGRAM),
    OperationLabels(
        _("Programme"),
        {"program.apply": _("Programme changed"), "configuration.export": _("List of the configuration exported")},
        lambda: {"version": _("Version"), "changes": _("Changes"), "list": _("List"), "rows": _("Rows")},
    ),
    SubjectKind("settings", _("Settings"), GeneralSettings, configured=True),
    SubjectKind("program", _("Programme version")),
)
