"""Two profiles become one."""

from django.utils.translation import gettext_lazy as _

from loyalty.engine.actions import Action, Attribute

MERGE = Action(
    "customer_merge",
    _("Merge"),
    (Attribute("kind"), Attribute("source", personal=True), Attribute("target", personal=True)),
    "merge",
    closed="Customers are merged by a call or a page of its own.",
)
