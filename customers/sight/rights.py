"""Which fields of the profile are personal, and the rights to see them."""

from django.utils.translation import gettext_lazy as _

from loyalty.staff.roles.fields import PersonalFields
from loyalty.staff.roles.rights import Right, RightGroup

SEE_NOTES = Right("personal.notes", _("read the notes about customers"))
# What brands call the parts of an address, which no profile has of its own.
ADDRESS = frozenset(
    "address street street_address house_number city town zip zip_code postal_code postcode state region county "
    "billing_address delivery_address shipping_address home_address".split()
)
# A test fails for a personal column of the profile that is in none of these and not said to be everybody's.
PERSONAL_FIELDS = (
    PersonalFields(
        Right("personal.names", _("see the names and pictures of customers")),
        frozenset({"first_name", "last_name", "nickname", "handler", "image_url"}),
    ),
    PersonalFields(Right("personal.email", _("see the email addresses of customers")), frozenset({"email"})),
    PersonalFields(Right("personal.phones", _("see the phone numbers of customers")), frozenset({"mobile_phone"})),
    PersonalFields(Right("personal.birthdates", _("see the birthdates of customers")), frozenset({"birth_date"})),
    PersonalFields(Right("personal.gender", _("see the gender of customers")), frozenset({"gender"})),
    PersonalFields(
        Right("personal.addresses", _("see the countries and addresses of customers")), frozenset({"country", *ADDRESS})
    ),
    PersonalFields(
        Right("personal.languages", _("see the languages and currencies of customers")),
        frozenset({"language", "currency"}),
    ),
    PersonalFields(
        Right("personal.origins", _("see where customers came from and who referred them")),
        frozenset({"src", "referrer"}),
    ),
    PersonalFields(Right("personal.attributes", _("see the custom attributes of customers")), others=True),
    PersonalFields(SEE_NOTES, frozenset({"note.text"})),
)
SEEING = RightGroup(_("Personal data of customers"), tuple(fields.right for fields in PERSONAL_FIELDS))
