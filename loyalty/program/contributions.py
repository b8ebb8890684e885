from loyalty.staff.roles.rights import ConfigurationPages

from .rights import CONFIGURE_PROGRAM, RIGHTS

CONTRIBUTIONS = (
    RIGHTS,
    ConfigurationPages("staff.generalsettings", CONFIGURE_PROGRAM),
)
