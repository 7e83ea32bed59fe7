"""The clock: Shanghai's calendar, frozen in tests, movable in a demo home alone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from paicha.domain import clock


def test_the_day_is_shanghais() -> None:
    with clock.frozen(datetime(2022, 3, 9, 16, 30, tzinfo=UTC)):
        assert clock.today() == date(2022, 3, 10)
        assert clock.now().isoformat() == "2022-03-10T00:30:00+08:00"


def test_a_frozen_date_is_its_morning_and_ends_with_the_block() -> None:
    with clock.frozen(date(2022, 3, 10)):
        with clock.frozen(datetime(2022, 3, 11, 8)):
            assert clock.now().isoformat() == "2022-03-11T08:00:00+08:00"
        assert clock.now().isoformat() == "2022-03-10T09:00:00+08:00"


@pytest.mark.django_db
def test_a_real_home_keeps_the_systems_time() -> None:
    assert not clock.is_demo()
    with pytest.raises(clock.NotADemo, match="正式数据"):
        clock.move(timedelta(days=3))
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


@pytest.mark.django_db
def test_the_clock_of_a_demo_home_moves_and_moves_back() -> None:
    clock.mark_demo()
    clock.mark_demo()
    assert clock.is_demo()
    assert clock.move(timedelta(days=3)) == timedelta(days=3)
    assert abs(clock.now() - datetime.now(UTC) - timedelta(days=3)) < timedelta(seconds=5)
    assert clock.move(timedelta(days=-5)) == timedelta(days=-2)
    assert abs(clock.now() - datetime.now(UTC) + timedelta(days=2)) < timedelta(seconds=5)
