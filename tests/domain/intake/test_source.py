"""What a folder holds: every file is read or named, once."""

from __future__ import annotations

from pathlib import Path

from paicha.domain.intake.source import find_sources


def test_a_folder_names_every_file_that_it_does_not_read(tmp_path: Path) -> None:
    names = [
        "甲村/一组.xlsx",
        "甲村/二组.XLS",
        "乙村.et",
        "签字.jpg",
        "甲村/说明.docx",
        "甲村/旧表.xlsb",
        "合影.HEIC",
    ]
    passed_over = [".隐藏.xlsx", "~$一组.xlsx", "甲村/Thumbs.db", "desktop.ini", ".DS_Store"]
    for name in [*names, *passed_over]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    found = find_sources([str(tmp_path), str(tmp_path / "签字.jpg"), str(tmp_path / "没有")])
    read = {source.name for source in found.sources}
    assert read == {
        "甲村/一组.xlsx",
        "甲村/二组.XLS",
        "乙村.et",
        "甲村/旧表.xlsb",
        "签字.jpg",
    }  # the last was asked for
    assert sorted(found.others) == sorted(["签字.jpg", "甲村/说明.docx", "合影.HEIC"])
    assert found.missing == [str(tmp_path / "没有")]
    note = found.note()
    assert note is not None
    assert (note.code, note.severity) == ("F16", "note")
    assert "3 个文件" in note.message
    assert all(name in note.message for name in found.others)


def test_a_thousand_pictures_are_counted_and_the_first_named(tmp_path: Path) -> None:
    for number in range(1000):
        (tmp_path / f"{number:04}.jpg").write_bytes(b"x")
    note = find_sources([str(tmp_path)]).note()
    assert note is not None
    assert "1000 个文件" in note.message
    assert len(note.message) < 2000
    assert note.read.count("、") == 999


def test_nothing_to_say_about_a_folder_of_tables(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"x")
    assert find_sources([str(tmp_path)]).note() is None
