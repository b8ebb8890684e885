"""The programme in the tests that list all of something."""

from loyalty.program.operations import note_list_export
from tests.listing import Listed

LISTED = Listed(deeds={"configuration.export": lambda by: note_list_export(model="points.account", rows=2, by=by)})
