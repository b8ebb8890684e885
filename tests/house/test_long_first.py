from tests.long_first import PLACES


def test_the_files_that_come_first_are_there() -> None:
    assert [str(path) for path in PLACES if not path.exists()] == []
