"""What somebody typed into a page, as a filter can take it."""

from django.http import QueryDict


def typed(asked: QueryDict, name: str, most: int = 100) -> str:
    """At most so many characters, without spaces around them, and without NUL, which no text in the database holds."""
    return asked.get(name, "").replace("\x00", "").strip()[:most]
