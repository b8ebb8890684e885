"""By which attributes of which events labels come and go. Pure."""

from customers import actions
from loyalty.engine.actions import names_of

GIVEN, TAKEN = "labels", "remove_labels"
# Whatever customers say of themselves.
ACTIONS = names_of(actions.ACTIONS)
