from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class FieldType(TextChoices):
    STRING = "string", _("String")
    NUMERIC = "numeric", _("Numeric")
    BOOLEAN = "boolean", _("Boolean")
    SELECT = "select", _("Select")
    DATE = "date", _("Date")
    DATETIME = "datetime", _("Date and time")
    URL = "url", _("URL")
    MULTIPLE_CHOICE = "multiple_choice", _("Multiple choice")
    LIST = "list", _("List")
    IMAGE = "image", _("Image")


class FieldFormat(TextChoices):
    """What the text of a string field must look like."""

    DATE = "date", _("Date")
    URL = "url", _("URL")
    EMAIL = "email", _("Email address")
    PHONE = "phone", _("Phone number")
