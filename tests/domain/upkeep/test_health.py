"""What is looked at in a home, and when it asks for somebody."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from pytest_django import Settings
from tests.worlds.round import World

from paicha.domain import clock
from paicha.domain.audit.services import Entry, actor_chain, append, checkpoint
from paicha.domain.upkeep import machine
from paicha.domain.upkeep.finding import Check, Finding, Grade
from paicha.domain.upkeep.health import findings

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(settings: Settings, tmp_path: Path) -> Path:
    settings.PAICHA_HOME, settings.MEDIA_ROOT = tmp_path, tmp_path / "files"
    tmp_path.chmod(0o700)
    return tmp_path


def found(name: str) -> Finding:
    return next(one for one in findings(slow=False) if one.name == name)


def note(action: str, subject: str = "") -> None:
    with transaction.atomic():
        append([Entry(actor_chain("operator:x"), "operator:x", action, subject)])


def test_a_backup_is_asked_for_until_one_is_a_day_old_at_the_most(world: World) -> None:
    assert found("备份").grade is Grade.WATCH and "还没有" in found("备份").said
    note("backup", "backup:a.zip")
    assert found("备份").grade is Grade.GOOD
    with clock.frozen(clock.now() + timedelta(days=1, minutes=1)):
        assert found("备份").grade is Grade.WATCH and found("备份").remedy


def test_records_that_nobody_signs_are_seen(world: World) -> None:
    checkpoint()
    assert found("审计链").grade is Grade.GOOD
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        note("sign_in")
        assert found("审计链").grade is Grade.GOOD
    with clock.frozen(clock.now() + timedelta(hours=2)):
        assert found("审计链").grade is Grade.WATCH


def test_a_round_whose_stages_are_over_is_seen(world: World) -> None:
    assert found("排查轮次").grade is Grade.GOOD
    with clock.frozen(clock.now() + timedelta(days=400)):
        assert "延期" in found("排查轮次").remedy


@pytest.mark.parametrize(("free", "grade"), [(1, Grade.BAD), (5, Grade.WATCH), (20, Grade.GOOD)])
def test_a_disk_asks_before_it_is_full(
    world: World, monkeypatch: pytest.MonkeyPatch, free: int, grade: Grade
) -> None:
    monkeypatch.setattr(machine, "_FREE", machine._FREE if free != 1 else 1 << 60)
    monkeypatch.setattr(machine, "_LITTLE", {1: 1 << 60, 5: 1 << 60, 20: 0}[free])
    assert found("磁盘").grade is grade


def test_a_look_that_fails_is_a_finding(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> list[Finding]:
        raise OSError("no such disk")

    monkeypatch.setattr(machine, "CHECKS", (Check("磁盘", lambda: iter(broken())),))
    assert found("磁盘") == Finding("磁盘", Grade.BAD, "查不了（no such disk）", "请先解决前面的问题")


def test_another_s_eyes_on_the_home_are_bad(world: World, home: Path) -> None:
    home.chmod(0o755)
    assert found("数据文件夹").remedy == f"请运行 chmod 700 {home}"
    (home / "audit.key").write_text("x")
    (home / "audit.key").chmod(0o644)
    assert found("密钥").grade is Grade.BAD
