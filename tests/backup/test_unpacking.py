"""Files of a backup are unpacked into their folder only, whatever the release of Python knows of it."""

import io
import tarfile
from pathlib import Path

import pytest

from loyalty.backup.operations import _extract

OLD, NEW = "old", "new"


@pytest.fixture(params=[OLD, NEW])
def python(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == OLD:
        monkeypatch.delattr(tarfile, "data_filter", raising=False)
    return str(request.param)


def archive(name: str, kind: bytes = tarfile.REGTYPE) -> tarfile.TarFile:
    packed, member = io.BytesIO(), tarfile.TarInfo(name)
    member.type, member.size, member.linkname = kind, 2 if kind == tarfile.REGTYPE else 0, "/etc/passwd"
    with tarfile.open(fileobj=packed, mode="w") as made:
        made.addfile(member, io.BytesIO(b"ok"))
    packed.seek(0)
    return tarfile.open(fileobj=packed, mode="r|")


def test_a_file_is_unpacked(python: str, tmp_path: Path) -> None:
    _extract(archive("imports/one.csv"), tmp_path)
    assert (tmp_path / "imports" / "one.csv").read_bytes() == b"ok"


@pytest.mark.parametrize(
    ("name", "kind"), [("../outside", tarfile.REGTYPE), ("link", tarfile.SYMTYPE), ("pipe", tarfile.FIFOTYPE)]
)
def test_what_is_no_file_inside_of_the_folder_is_refused(python: str, tmp_path: Path, name: str, kind: bytes) -> None:
    folder = tmp_path / "media"
    folder.mkdir()
    with pytest.raises(tarfile.TarError):
        _extract(archive(name, kind), folder)
    assert list(tmp_path.rglob("*")) == [folder]
