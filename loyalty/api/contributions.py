from celery.schedules import crontab
from django.utils.translation import gettext_lazy as _

from loyalty.api.rights import MANAGE_API_KEYS, RIGHTS
from loyalty.http.routes import Routes
from loyalty.staff.audit.kinds import OperationLabels, SubjectKind
from loyalty.staff.roles.rights import ConfigurationPages
from loyalty.timers import Timer
from loyalty.ui.navigation import Entry, Group

from .codes import CODES
from .keys.models import ApiKey

CONTRIBUTIONS: tuple[object, ...] = (
    CODES,
    RIGHTS,
    ConfigurationPages("staff.apikey", MANAGE_API_KEYS),
    Routes("loyalty.api.docs.urls"),
    Routes("loyalty.api.entities.urls"),
    Entry(Group.FOOT, _("Developers"), "developers", "code-xml", shortcut="d"),
    Timer("saved-answers", "loyalty.api.once.tasks.purge_answers", crontab(minute="4-59/10")),
    OperationLabels(
        _("API keys"),
        {
            "api_key.create": _("API key created"),
            "api_key.add_secret": _("Secret added to an API key"),
            "api_key.retire_secret": _("Secret of an API key retired"),
            "api_key.revoke": _("API key revoked"),
        },
        lambda: {"name": _("Name"), "kind": _("Kind"), "apis": _("APIs"), "place": _("Secret")},
    ),
    SubjectKind("api_key", _("API key"), ApiKey, name="name", configured=True),
)
