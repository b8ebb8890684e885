"""That a key is used is written down beside the requests, which wait for nothing."""

import psycopg
from django.db import connection
from pytest_django import Settings

from loyalty import environment
from loyalty.api.keys.operations import note_use
from tests.api_keys import development_key


def test_a_key_that_is_being_changed_holds_no_request_up(committed_db: None, settings: Settings) -> None:
    settings.LOYALTY_API_KEY_NOTED_SECONDS = 0.0
    key = development_key()
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '2s'")
    with psycopg.connect(environment.read().database_url, dbname=connection.settings_dict["NAME"]) as other:
        other.execute("SELECT 1 FROM staff_apikey FOR UPDATE")
        note_use(key)
        key.refresh_from_db()
        assert key.last_used_at is None
    note_use(key)
    key.refresh_from_db()
    assert key.last_used_at is not None
