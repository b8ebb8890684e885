"""The application, whose first conversation asks nobody whose turn it is with a write."""

from loyalty.wsgi import application

from loyalty.api.once import claims  # isort: skip  Django is set up by the application

claims._AWAIT_TURNS = claims._REQUIRE_TURNS = "SELECT turn IS NOT NULL FROM unnest($1::bigint[]) AS turn"

__all__ = ["application"]
