"""Files that people upload: bytes once, by their digest; what isn't what it says is refused in one sentence."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest
from pytest_django import Settings

from paicha.core.refusal import Refusal
from paicha.domain.files.models import StoredFile
from paicha.domain.files.services import (
    FileDamaged,
    FileRefused,
    media_type,
    path_of,
    read_file,
    store_file,
)

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
JPG = b"\xff\xd8\xff\xe0" + b"\0" * 40 + b"\xff\xd9"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20 + b"\0\0\0\0IEND\xaeB`\x82"


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Settings) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("附件3.pdf", PDF, "application/pdf"),
        ("拍照.JPG", JPG, "image/jpeg"),
        ("扫描.jpeg", JPG, "image/jpeg"),
        ("签字.png", PNG, "image/png"),
    ],
)
def test_what_is_taken_in_is_read_again_byte_for_byte(name: str, content: bytes, kind: str) -> None:
    stored = store_file(name, [content[:9], content[9:]], "5")
    assert (stored.name, stored.size, stored.owner) == (name, len(content), "5")
    assert stored.digest == sha256(content).hexdigest()
    assert (read_file(stored), media_type(stored)) == (content, kind)
    assert stored.checksum == stored.digest[:12]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("签字.pdf", b"MZ\x90\0 a program", "不是完整的 pdf、jpg、png 文件"),
        ("签字.pdf", PDF[:-6], "不是完整的"),
        ("签字.exe", PDF, "内容是 pdf，名字却不是"),
        ("签字.pdf.html", PDF, "名字却不是"),
        ("签字.jpg", PNG, "内容是 png"),
        ("签字.pdf", b"", "是空的"),
        ("../../", PDF, "没有名字"),
        (".pdf", PDF, "没有名字"),
        ("签\u202efdp.pdf", PDF, "看不见的字符"),
        ("a\0b.pdf", PDF, "看不见的字符"),
        ("长" * 130 + ".pdf", PDF, "最多 120 字"),
        ("图.svg", b"<svg onload='x'/>", "不是完整的"),
    ],
)
def test_what_is_not_what_it_says_is_refused(name: str, content: bytes, said: str, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=said):
        store_file(name, [content], "5")
    assert StoredFile.objects.count() == 0
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_a_name_is_never_a_path(tmp_path: Path) -> None:
    stored = store_file("..\\..\\etc/签字.pdf", [PDF], "5")
    assert stored.name == "签字.pdf"
    assert path_of(stored.digest).is_relative_to(tmp_path)


def test_too_large_stops_while_reading() -> None:
    def endless() -> object:
        while True:
            yield b"x" * 1000

    with pytest.raises(FileRefused, match="超过 1 MB"):
        store_file("大.pdf", endless(), "5", most=1_000_000)  # type: ignore[arg-type]


def test_the_same_bytes_stand_once(tmp_path: Path) -> None:
    first, second = store_file("一.pdf", [PDF], "5"), store_file("二.pdf", [PDF], "6")
    assert first.digest == second.digest
    assert len([p for p in tmp_path.rglob("*") if p.is_file()]) == 1


@pytest.mark.parametrize("damage", ["changed", "gone"])
def test_damage_on_the_disk_is_noticed_and_mended_by_the_same_upload(damage: str) -> None:
    stored = store_file("一.pdf", [PDF], "5")
    path = path_of(stored.digest)
    if damage == "changed":
        path.write_bytes(PDF.replace(b"1 0", b"2 0"))
    else:
        path.unlink()
    with pytest.raises(FileDamaged, match="备份"):
        read_file(stored)
    store_file("一.pdf", [PDF], "5")
    assert read_file(stored) == PDF
