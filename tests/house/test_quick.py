"""`make quick` runs what a change can touch: which files it chooses."""

from tests.quick import SECONDS, chosen


def test_a_changed_test_comes_first() -> None:
    assert next(iter(chosen(["tests/test_numbers.py", "loyalty/numbers.py"]))) == "tests/test_numbers.py"


def test_tests_that_import_what_changed_are_chosen_by_how_far_they_are() -> None:
    found = chosen(["loyalty/numbers.py", "loyalty/calendar.py"])

    assert found["tests/test_numbers.py"] == 1
    assert found["tests/browser/test_pictures.py"] > 1
    assert list(found.values()) == sorted(found.values())


def test_folders_without_a_package_inside_of_packages_are_seen() -> None:
    assert chosen(["events/orders/lines/rules.py"])["tests/engine/orders/test_order_lines.py"] == 1


def test_the_folder_of_the_room_and_its_tests_in_a_browser_are_chosen() -> None:
    found = chosen(["segments/labels/pages/index.py"])

    assert {"tests/labels/test_label_pages.py", "tests/browser/test_labels.py"} <= found.keys()


def test_the_innermost_folder_of_tests_is_the_rooms() -> None:
    found = chosen(["customers/export/urls.py"])

    assert any(path.startswith("tests/customers/export/") for path in found)
    assert not any(path.startswith("tests/customers/directory/") for path in found)


def test_a_template_counts_as_the_modules_that_name_it_or_one_it_is_part_of() -> None:
    part = chosen(["templates/points/explain_move.html"])

    assert {"tests/points/history/test_history_page.py", "tests/browser/test_points_history.py"} <= part.keys()


def test_fixtures_belong_to_the_tests_of_their_folder() -> None:
    found = chosen(["tests/transfer/conftest.py"])

    assert "tests/transfer/files/test_retention.py" in found
    assert "tests/test_numbers.py" not in found


def test_documents_touch_no_test() -> None:
    assert chosen(["docs/tests.md"]) == {}


def test_proofs_are_not_quick() -> None:
    assert not [path for path in chosen(["customers/models.py"]) if path.startswith("tests/prove/")]
    assert SECONDS < 90
