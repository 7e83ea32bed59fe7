"""A place is read alike by the doors that read places: the heading of a sheet, and a cell of a department's list."""

from __future__ import annotations

import csv
import io
from functools import cache

import pytest

from paicha.domain.intake.places import Named, Places
from paicha.domain.referrals.comparison import find_village
from paicha.domain.rounds.models import RoundArea
from paicha.packs import DEFAULT, read_pack

SANG, WAN, YONG = "高家堡镇桑树渠村", "万镇万镇村", "永兴街道永兴村"
SHUIMO, HUAXI, HUAXI_RESIDENTS = "滨河新区街道水磨河村", "西沙街道铧西村", "西沙街道铧西社区"


@cache
def places() -> Places:
    rows = csv.DictReader(io.StringIO(read_pack(DEFAULT)["areas.csv"].decode()))
    return Places([RoundArea(**row) for row in rows])


# town beside the place, the place as it is written, the village that is meant; None: not told
SPELLINGS = [
    ("", "桑树渠村", SANG),
    ("", "桑树渠", SANG),
    ("", " 桑 树　渠 村 ", SANG),
    ("", "桑树渠村委会", SANG),
    ("", "桑树渠村民委员会", SANG),
    ("", "桑树渠行政村", SANG),
    ("高家堡", "桑树渠村", SANG),
    ("高家堡镇政府", "桑树渠", SANG),
    ("", "高家堡镇桑树渠村", SANG),
    ("", "高家堡镇桑树渠", SANG),
    ("", "高家堡桑树渠村", SANG),
    ("", "神木市高家堡镇桑树渠村", SANG),
    ("", "陕西省神木市高家堡镇桑树渠村3组12号", SANG),
    ("", "陕西省榆林市神木市高家堡镇桑树渠村第二村民小组", SANG),
    ("", "桑树渠村3组", SANG),
    ("", "桑树渠三组", SANG),
    ("", "桑树渠村（李家圪台）", SANG),
    ("", "神木市滨河新区街道水磨河村", SHUIMO),
    ("", "滨河新区水磨河村", SHUIMO),
    ("", "万镇村", WAN),
    ("", "万镇万镇村", WAN),
    ("", "永兴永兴村", YONG),
    ("", "铧西", HUAXI),
    ("", "铧西社区", HUAXI_RESIDENTS),
    ("", "铧西社区居委会", HUAXI_RESIDENTS),
    ("", "高家塔村", None),  # two towns have one
    ("贺家川", "高家塔村", "贺家川镇高家塔村"),
    ("", "贺家川镇高家塔村二组", "贺家川镇高家塔村"),
    ("", "大桑树渠村", None),  # a village that is not there, though its name ends like one
    ("", "桑树渠村、水磨河村", None),
    ("", "高家堡镇水磨河村", None),  # no village of that town
    ("高家堡镇", "水磨河村", None),
    ("", "高家堡镇", None),
    ("", "没有这个村", None),
    ("", "—", None),
]  # fmt: skip


@pytest.mark.parametrize(("town", "place", "meant"), SPELLINGS)
def test_a_place_is_read_alike_in_a_heading_and_in_a_list(town: str, place: str, meant: str | None) -> None:
    names = places().names
    listed = find_village(names, town, place)
    heading = places().resolve([Named("标题", place, town or None, "A2")]).area
    assert [area and names.label(area) for area in (listed, heading)] == [meant, meant]


def test_codes_are_read_alike() -> None:
    names = places().names
    for area in names.areas:
        text = f"{area.code} {area.name}"
        heading = places().resolve([Named("标题", text, None, "A2")]).area
        assert find_village(names, "", text) is heading is names.of_code(area.code)


def test_a_list_of_a_town_means_villages_of_the_town() -> None:
    names = places().names
    own, other = (names.read(f"{town}高家塔村").villages[0] for town in ("贺家川镇", "迎宾路街道"))
    for area in (own, other):
        assert find_village(names, "", "高家塔村", area.parent_code[:9]) is area
    assert find_village(names, "", "贺家川镇高家塔村", other.parent_code[:9]) is None
    assert find_village(names, "贺家川镇", "高家塔村", other.parent_code[:9]) is None
