"""What the application's role may do with each table: everything with those of models, unless it is said otherwise here."""

from collections.abc import Collection

from django.apps import apps

Rights = frozenset[str]

RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
READ: Rights = frozenset({"SELECT"})
ADD: Rights = READ | {"INSERT"}
WRITE: Rights = ADD | {"UPDATE", "DELETE"}
NOTHING: Rights = frozenset()
OF_SEQUENCES: Rights = frozenset({"SELECT", "USAGE"})

# Tables whose rows are written once: besides the missing rights they have the two triggers of that name. A table to which a migration
# gives the first of them belongs here by itself.
WRITE_ONCE = ("events_event", "points_entry", "staff_programrecord", "django_admin_log", "points_verification")
WRITE_ONCE_TRIGGERS = ("write_once", "write_once_truncate")
OTHERWISE: dict[str, Rights] = {
    "django_migrations": READ,
    "protection_definition": READ,
}


def declared_rights(write_once: Collection[str] = ()) -> dict[str, Rights]:
    """By table. One that no model has and that is not named here, such as the key of pseudonyms, is not the application's at all."""
    models = (model._meta for model in apps.get_models(include_auto_created=True))
    of_models = {model.db_table: WRITE for model in models if model.managed}
    return of_models | OTHERWISE | dict.fromkeys((*WRITE_ONCE, *write_once), ADD)
