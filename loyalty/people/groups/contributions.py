"""What user groups show elsewhere."""

from django.utils.translation import gettext_lazy as _

from loyalty.http.routes import Routes
from loyalty.staff.audit.kinds import OperationLabels, SubjectKind
from loyalty.staff.models import UserGroup
from loyalty.staff.rights import MANAGE_GROUPS
from loyalty.ui.navigation import Entry, Group

CONTRIBUTIONS: tuple[object, ...] = (
    Routes("loyalty.people.groups.urls"),
    Entry(Group.FOOT, _("User groups"), "user_groups:list", "network", MANAGE_GROUPS, shortcut="u"),
    OperationLabels(
        _("User groups"),
        {
            "group.save": _("User group changed"),
            "group.people": _("People of a user group changed"),
            "group.kinds": _("What user groups decide of changed"),
        },
        lambda: {
            "id": _("ID"),
            "name": _("Name"),
            "external_id": _("External ID"),
            "parent": _("Inside"),
            "status": _("Status"),
            "people": _("People"),
            "kinds": _("Kinds of record"),
        },
    ),
    SubjectKind("user_group", _("User group"), UserGroup, key="slug", name="name"),
    SubjectKind("user_groups", _("User groups")),
)
