"""The program file's `settings`."""

from typing import Any

from loyalty.identifiers import REFUSED_NAMES, folded, normal

from .enums import AutoSubscribe
from .models import GeneralSettings
from .modules import module_names
from .queries import general_settings
from .section import CURRENCY, Schema, Section, choice, fields, flag, optional, several, text, whole

MAX_REFUSED = 200
FIELDS = (
    "brand_name", "currency", "auto_subscribe", "modules", "accept_after_days", "earn_in_unknown_currencies",
    "unique_emails", "show_inactive", "import_file_days", "import_record_days", "refused_names",
)  # fmt: skip


def read_settings() -> dict[str, Any]:
    settings = general_settings()
    return tidy({name: getattr(settings, name) for name in FIELDS})


def tidy(settings: dict[str, Any]) -> dict[str, Any]:
    """Names without spaces around them, and without those that differ in capitals only."""
    names = {folded(name): normal(name) for name in reversed(settings["refused_names"]) if normal(name)}
    return {**settings, "modules": sorted(set(settings["modules"])), "refused_names": sorted(names.values())}


def write_settings(wanted: dict[str, Any], current: dict[str, Any]) -> None:
    GeneralSettings.objects.update_or_create(id=1, defaults=wanted)


def settings_schema() -> Schema:
    return fields(
        {
            "brand_name": text(GeneralSettings, "brand_name"),
            "currency": {**CURRENCY, "description": "Of purchases that name none."},
            "auto_subscribe": choice(AutoSubscribe.values, description="What an event of an unknown customer does."),
            "modules": several(choice(module_names()), description="The parts of the programme that are switched on."),
            "accept_after_days": optional(
                whole(
                    0, 32_767, description="With checkout_accept: orders are accepted by themselves so many days after."
                )
            ),
            "earn_in_unknown_currencies": flag(
                default=False,
                description="Whether an account's percentage holds for currencies that it has none of their own for.",
            ),
            "unique_emails": flag(
                default=False, description="No two customers may have the same address, in capitals or not."
            ),
            "refused_names": several(
                {"type": "string", "minLength": 1, "maxLength": 128},
                maxItems=MAX_REFUSED,
                default=list(REFUSED_NAMES),
                description="What programs send where they know nobody: no new customer gets such an ID.",
            ),
            "show_inactive": flag(default=False, description="Whether GET /customers finds inactive customers."),
            "import_file_days": {**whole(1, 32_767, description="How long uploaded files are kept."), "default": 30},
            "import_record_days": {
                **whole(1, 32_767, description="How long the records of imports are kept."),
                "default": 400,
            },
        }
    )


SETTINGS = Section(
    name="settings",
    schema=settings_schema,
    read=read_settings,
    write=write_settings,
    tidy=tidy,
)
