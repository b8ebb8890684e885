"""The files that take longest come first: what would begin last would keep one worker busy while the other is done."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent
# Measured, in seconds of the processor, the longest first; whatever is not named comes afterwards.
LONGEST = (
    "benchmark/test_benchmark.py",
    "sight/test_unseen_fields.py",
    "browser/test_pictures.py",
    "backup/test_backup.py",
    "engine/test_model.py",
    "tiers/test_life.py",
    "browser/test_pictures_of_groups.py",
    "browser/test_pictures_of_rewards.py",
    "api/docs/test_schemathesis.py",
    "program/test_random_programs.py",
    "browser/test_points_history.py",
    "browser/test_events_pages.py",
    "browser/test_customers_pages.py",
    "browser/test_suspend_and_notes.py",
    "browser/test_order_pages.py",
    "api/test_hostile_addresses.py",
    "engine/races/test_races.py",
    "engine/test_erasure_scan.py",
    "verify/test_verify.py",
    "browser/test_developers.py",
    "browser/test_long_data.py",
    "engine/test_program_versions.py",
    "browser/test_obtain.py",
    "browser/test_personal_information.py",
    "test_embedded.py",
    "browser/test_manage_points.py",
    "engine/merging/test_merge_races.py",
    "browser/test_typed_text.py",
)
PLACES = {HERE / name: place for place, name in enumerate(LONGEST)}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: PLACES.get(item.path, len(PLACES)))
