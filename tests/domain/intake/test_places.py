"""Which village a sheet is about, in the words of headings, sheets, files and folders of the real county."""

from __future__ import annotations

import csv
import io
from functools import cache

import pytest

from paicha.domain.intake.places import Named, Place, Places, path_sources
from paicha.domain.rounds.models import RoundArea
from paicha.packs import DEFAULT, read_pack


@cache
def places() -> Places:
    rows = csv.DictReader(io.StringIO(read_pack(DEFAULT)["areas.csv"].decode()))
    return Places([RoundArea(**row) for row in rows], "V13")


@cache
def code(town: str, village: str) -> str:
    """A village's code by the names of the areas themselves."""
    by_code = {area.code: area for area in places().names.areas}
    (found,) = [
        area.code
        for area in places().names.areas
        if area.name == village and by_code[area.parent_code].name == town
    ]
    return found


SHUIMO = ("滨河新区街道", "水磨河村委会")
GAO_HE, GAO_YING = ("贺家川镇", "高家塔村委会"), ("迎宾路街道", "高家塔村委会")
HUAXI_VILLAGE, HUAXI_RESIDENTS = ("西沙街道", "铧西村委会"), ("西沙街道", "铧西社区居民委员会")
YONG_HE, YONG = ("贺家川镇", "永兴村委会"), ("永兴街道", "永兴村委会")


def resolve(
    village: str | None = None,
    town: str | None = None,
    file: str = "表.xlsx",
    sheet: str = "Sheet1",
    asked: str | None = None,
) -> Place:
    heading = Named("标题", village, town, "A2")
    return places().resolve([heading, *path_sources(places(), file, sheet)], asked)


# heading's village and town, file, sheet; the village meant
MEANT = [
    ("水磨河村", None, "表.xlsx", "Sheet1", SHUIMO),
    ("水磨河", None, "表.xlsx", "Sheet1", SHUIMO),
    ("水磨河村委会", "滨河新区", "表.xlsx", "Sheet1", SHUIMO),
    (" 水磨河 村民委员会 ", "滨河新区办事处", "表.xlsx", "Sheet1", SHUIMO),
    ("滨河新区街道水磨河村", "滨河新区街道", "表.xlsx", "Sheet1", SHUIMO),
    (None, None, "水磨河村.xlsx", "Sheet1", SHUIMO),
    (None, None, "水磨河村排查表(终).xlsx", "Sheet1", SHUIMO),
    (None, None, "表.xlsx", "水磨河村", SHUIMO),
    (None, None, "滨河新区街道/水磨河村/表.xlsx", "1组", SHUIMO),
    (None, None, "610881001000-滨河新区街道/610881001202-水磨河村.xlsx", "附件1-1", SHUIMO),
    ("铧西村", None, "表.xlsx", "Sheet1", HUAXI_VILLAGE),
    ("铧西", None, "表.xlsx", "Sheet1", HUAXI_VILLAGE),
    ("铧西社区", None, "表.xlsx", "Sheet1", HUAXI_RESIDENTS),
    ("铧西社区居委会", "西沙街道", "表.xlsx", "Sheet1", HUAXI_RESIDENTS),
    ("高家塔村", "贺家川镇", "表.xlsx", "Sheet1", GAO_HE),
    ("高家塔村", "贺家川", "表.xlsx", "Sheet1", GAO_HE),
    ("高家塔", None, "贺家川镇/表.xlsx", "Sheet1", GAO_HE),
    ("高家塔", None, "表.xlsx", "贺家川镇", GAO_HE),
    ("高家塔村", None, "迎宾路街道高家塔村.xlsx", "Sheet1", GAO_YING),
    ("永兴村", "贺家川镇", "表.xlsx", "Sheet1", YONG_HE),
    ("永兴村", "永兴街道", "表.xlsx", "Sheet1", YONG),
    (None, None, "贺家川镇/永兴村.xlsx", "Sheet1", YONG_HE),
    (None, None, "永兴街道永兴村.xlsx", "Sheet1", YONG),
    ("水磨河村", None, "2022年春季排查.xlsx", "附件1-1 一般农户", SHUIMO),
]  # fmt: skip


@pytest.mark.parametrize(("village", "town", "file", "sheet", "meant"), MEANT)
def test_the_village_that_is_meant(
    village: str | None, town: str | None, file: str, sheet: str, meant: tuple[str, str]
) -> None:
    place = resolve(village, town, file, sheet)
    assert place.area is not None, place.sentence
    assert place.area.code == code(*meant)


# heading's village and town, file, sheet, what --village says; code, words of the sentence, cell
TOLD = [
    (None, None, "表.xlsx", "Sheet1", None, "A01", ["看不出是哪个村"], ""),
    (None, "贺家川镇", "表.xlsx", "Sheet1", None, "A01", ["看不出"], ""),
    (None, None, "贺家川镇.xlsx", "Sheet1", None, "A01", ["看不出"], ""),
    ("高家塔村", None, "表.xlsx", "Sheet1", None, "A04", ["迎宾路街道高家塔村", "贺家川镇高家塔村", "镇名"], "A2"),
    ("水磨沟村", None, "表.xlsx", "Sheet1", None, "A03", ["水磨沟村", "水磨河"], "A2"),
    ("水磨河村", None, "常家沟村.xlsx", "Sheet1", None, "V13", ["水磨河村", "文件名", "常家沟村"], "A2"),
    ("水磨河村", None, "表.xlsx", "常家沟村", None, "V13", ["工作表名", "常家沟村"], "A2"),
    ("水磨河村", "贺家川镇", "表.xlsx", "Sheet1", None, "V13", ["贺家川镇"], "A2"),
    ("水磨河村", None, "贺家川镇/表.xlsx", "Sheet1", None, "V13", ["文件夹名", "贺家川镇"], "A2"),
    (None, None, "水磨河村.xlsx", "常家沟村", None, "V13", ["工作表名写的是", "文件名写的是", "水磨河村"], ""),
    ("铧西村", None, "铧西社区.xlsx", "Sheet1", None, "V13", ["铧西村", "铧西社区"], "A2"),
    ("高家塔村", None, "永兴街道/表.xlsx", "Sheet1", None, "A04", ["迎宾路街道高家塔村"], "A2"),
    ("水磨河村", None, "表.xlsx", "Sheet1", SHUIMO, "", [], ""),
    (None, None, "表.xlsx", "Sheet1", SHUIMO, "", [], ""),
    ("高家塔", None, "表.xlsx", "Sheet1", GAO_HE, "", [], ""),
    ("水磨河村", None, "表.xlsx", "Sheet1", GAO_HE, "V13", ["导入时指明的村"], "A2"),
]  # fmt: skip


@pytest.mark.parametrize(("village", "town", "file", "sheet", "asked", "error", "words", "cell"), TOLD)
def test_what_is_not_clear_is_said(
    village: str | None, town: str | None, file: str, sheet: str, asked: tuple[str, str] | None,
    error: str, words: list[str], cell: str,
) -> None:  # fmt: skip
    place = resolve(village, town, file, sheet, code(*asked) if asked else None)
    assert place.code == error, place.sentence
    assert (place.area is None) is bool(error)
    assert [word for word in words if word not in place.sentence] == []
    assert place.cell == cell


def test_every_village_is_found_by_town_and_spoken_name() -> None:
    for area in places().names.areas:
        town = places().names.town_of(area)
        if area.level in ("village", "residents") and town:
            assert resolve(area.spoken, town.name).area is area
            assert resolve(file=f"{town.name}/{area.spoken}.xlsx").area is area
            assert resolve(file=f"{area.code}-{area.spoken}.xlsx").area is area
            assert resolve(area.name, town.name, asked=area.code).area is area
