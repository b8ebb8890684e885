"""What tells of user groups: a customer is put into one, or taken out of it."""

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from loyalty.engine.actions import NOBODY, Action, Attribute, Kind

GROUP = Attribute(
    "user_group",
    Kind.CODE,
    label=_("User group"),
    description="The ID of the user group.",
    required=True,
    most=64,
    example="spain",
)
ADD = Action(
    "user_group_add",
    _("User group - add"),
    (GROUP,),
    "folder-plus",
    "The customer is put into a user group of the back office.",
    by_hand=NOBODY,
)
REMOVE = replace(
    ADD,
    name="user_group_remove",
    label=_("User group - remove"),
    icon="folder-minus",
    description="The customer is taken out of a user group of the back office.",
)
ACTIONS = (ADD, REMOVE)
