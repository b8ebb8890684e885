from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """The roles that an installation begins with; what each may do is kept in the table of roles."""

    ADMINISTRATOR = "administrator", _("Administrator")
    MANAGER = "manager", _("Manager")
    SERVICE_AGENT = "service_agent", _("Service agent")
    ANALYST = "analyst", _("Analyst")
    INTEGRATOR = "integrator", _("Integrator")
    READ_ONLY = "read_only", _("Read-only")
