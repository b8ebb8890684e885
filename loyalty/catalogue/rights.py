from django.utils.translation import gettext_lazy as _

from loyalty.staff.roles.rights import Right, RightGroup

VIEW_CATALOGUE = Right("catalogue.view", _("see products and stores"))
CHANGE_CATALOGUE = Right("catalogue.change", _("create and change products and stores"), needs=VIEW_CATALOGUE)
IMPORT_CATALOGUE = Right(
    "catalogue.import", _("import and export files of products and stores"), needs=CHANGE_CATALOGUE
)

RIGHTS = RightGroup(_("Catalogue"), (VIEW_CATALOGUE, CHANGE_CATALOGUE, IMPORT_CATALOGUE))
