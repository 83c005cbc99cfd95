from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lamplit.core.errors import OutputError
from lamplit.core.files import write_atomically


@contextmanager
def files_of_at_most(n_bytes: int) -> Iterator[None]:
    """Let the system refuse longer files, as a full disk does."""
    resource = pytest.importorskip("resource", reason="file size limits are a matter of Unix")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("content", [b"", b"whole", bytes(range(256)) * 1000])
def test_writes_the_bytes_and_nothing_beside(tmp_path: Path, content: bytes) -> None:
    write_atomically(tmp_path / "a.bin", content)
    assert (tmp_path / "a.bin").read_bytes() == content
    assert [path.name for path in tmp_path.iterdir()] == ["a.bin"]


def test_makes_the_folders_on_the_way(tmp_path: Path) -> None:
    write_atomically(str(tmp_path / "new" / "deeper" / "a.txt"), b"whole")
    assert (tmp_path / "new" / "deeper" / "a.txt").read_bytes() == b"whole"


def test_replaces_a_longer_file_as_a_whole(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"a long old text")
    write_atomically(tmp_path / "a.txt", b"new")
    assert (tmp_path / "a.txt").read_bytes() == b"new"


def test_a_folder_in_the_way_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a.txt" / "inner").mkdir(parents=True)
    with pytest.raises(OutputError, match=r"a\.txt: needs a file, got a folder"):
        write_atomically(tmp_path / "a.txt", b"new")
    assert (tmp_path / "a.txt" / "inner").is_dir()
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_a_file_where_a_folder_should_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "folder").write_bytes(b"no folder")
    with pytest.raises(OutputError, match=r"choose another place, or make room"):
        write_atomically(tmp_path / "folder" / "a.txt", b"new")
    assert (tmp_path / "folder").read_bytes() == b"no folder"


def test_the_old_file_outlives_a_write_that_fails(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"old")
    with files_of_at_most(100), pytest.raises(OutputError, match=r"a\.txt: needs a file that can be written"):
        write_atomically(tmp_path / "a.txt", b"new" * 1000)
    assert (tmp_path / "a.txt").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
