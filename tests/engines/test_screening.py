"""`paicha screen --input` as the contract says: sorted, complete, bounded, and a sentence for what can't be read."""

from __future__ import annotations

from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paicha.core import normalise
from paicha.core.expressions import Kind, Symbol
from paicha.core.pack import Pack, load
from paicha.engines import ScreenInputError, rule_sets, screen_file, screening
from paicha.engines.columns import without_silences
from paicha.packs import DEFAULT, read_pack

A, B, FAR = "610881100201", "610881100202", "110101001001"


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load(read_pack(DEFAULT))


def answers(**columns: Any) -> pl.DataFrame:
    count = len(next(iter(columns.values())))
    keys = {
        "household_id": [f"h{n}" for n in range(count)],
        "village": [A] * count,
        "form": ["general"] * count,
    }
    return pl.DataFrame({**keys, **columns})


def screen(folder: Path, frame: pl.DataFrame, pack: Pack) -> tuple[list[Any], list[Any]]:
    frame.write_parquet(folder / "a.parquet")
    screen_file(folder / "a.parquet", folder / "f.parquet", folder / "r.parquet", pack)
    assert sorted(path.name for path in folder.iterdir()) == ["a.parquet", "f.parquet", "r.parquet"]
    return pl.read_parquet(folder / "f.parquet").rows(), pl.read_parquet(folder / "r.parquet").rows()


def test_findings_and_rollup(tmp_path: Path, pack: Pack) -> None:
    frame = answers(
        household_id=["b", "a", "c", "d", "e"],
        village=[B, A, A, FAR, A],
        form=["general", "lifted", "monitored", "general", "general"],
        housing=[1, 1, 1, 1, 2],
        enrol=[1, None, 3, 3, 3],
        outcome=[1, 2, None, 4, 1],
    )
    findings, rollup = screen(tmp_path, frame, pack)
    assert findings == [("a", A, "S03"), ("b", B, "S03"), ("b", B, "S15"), ("c", A, "S03")]
    assert rollup == [
        ("610881000000", "county", "S03", 3),
        ("610881000000", "county", "S15", 1),
        ("610881100000", "town", "S03", 3),
        ("610881100000", "town", "S15", 1),
        (A, "village", "S03", 2),
        (B, "village", "S03", 1),
        (B, "village", "S15", 1),
    ]


def test_plain_columns_without_findings(tmp_path: Path, pack: Pack) -> None:
    screen(tmp_path, answers(housing=[2]).head(0), pack)
    screen(tmp_path, answers(housing=[2]), pack)
    found, rollup = (pl.read_parquet(tmp_path / name) for name in ("f.parquet", "r.parquet"))
    assert found.schema == {"household_id": pl.String, "village": pl.String, "rule": pl.String}
    assert rollup.schema == {"area": pl.String, "level": pl.String, "rule": pl.String, "households": pl.Int64}
    assert found.height == rollup.height == 0


def test_slices_and_ranges_change_nothing(
    tmp_path: Path, pack: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = pl.DataFrame(
        list(product([1, 2, None], [1, 3], [1, 2], [[1], [5], None], ["general", "lifted"], [A, B, FAR])),
        schema={
            "housing": pl.Int8, "enrol": pl.Int8, "major_expense": pl.UInt8, "civil_aid": pl.List(pl.Int16),
            "form": pl.String, "village": pl.String,
        },
        orient="row",
    ).with_columns(household_id=pl.format("{}", pl.int_range(pl.len()).hash(3)))  # fmt: skip
    whole = screen(tmp_path, frame, pack)
    assert whole[0] == sorted(whole[0])
    assert whole[1] == sorted(whole[1])
    steps: list[tuple[int, int]] = []
    monkeypatch.setattr(screening, "SLICE_ROWS", 50)
    monkeypatch.setattr(screening, "RANGE_FINDINGS", 40)
    assert screen(tmp_path, frame, pack) == whole
    screen_file(
        tmp_path / "a.parquet",
        tmp_path / "f.parquet",
        tmp_path / "r.parquet",
        pack,
        lambda done, rows: steps.append((done, rows)),
    )
    assert steps == [(50, 216), (100, 216), (150, 216), (200, 216), (216, 216)]


def test_summary_and_the_same_as_in_memory(tmp_path: Path, pack: Pack) -> None:
    frame = answers(housing=[1, 2, 1], water=[1, 1, 2])
    frame.write_parquet(tmp_path / "a.parquet")
    done = screen_file(tmp_path / "a.parquet", tmp_path / "f", tmp_path / "r", pack)
    found = rule_sets(pack).households.findings(frame)
    assert (done.households, done.findings, done.by_rule) == (3, 4, {"S03": 2, "S05": 2})
    assert sorted(found["rule"]) == ["S03", "S03", "S05", "S05"]


def test_a_repeated_household_counts_once(tmp_path: Path, pack: Pack) -> None:
    findings, rollup = screen(tmp_path, answers(household_id=["a", "a"], housing=[1, 1]), pack)
    assert findings == [("a", A, "S03")]
    assert {row[3] for row in rollup} == {1}


def test_text_columns_as_categories(tmp_path: Path, pack: Pack) -> None:
    frame = answers(housing=[1]).with_columns(pl.col("village", "form").cast(pl.Categorical))
    assert screen(tmp_path, frame, pack)[0] == [("h0", A, "S03")]


@pytest.mark.parametrize("nothing", [None, "", " ", "无", "—", "没有。", "\u3000无\u200b", "／"])
@pytest.mark.parametrize("kind", [pl.String, pl.Categorical])
def test_a_text_that_says_nothing_is_no_answer(tmp_path: Path, pack: Pack, nothing: str, kind: Any) -> None:
    frame = answers(form=["monitored"] * 2, bottom_aid=[3, 3], policies=[nothing, "产业帮扶"])
    findings, _ = screen(tmp_path, frame.with_columns(pl.col("policies").cast(kind)), pack)
    assert findings == [("h0", A, "S18")]


@given(
    st.text(
        st.sampled_from("无没有-—/\\暂空。0项０／－_·、. \t\n\u3000\u200b\ufeff\xa0a中⽆\x1c"), max_size=5
    )
)
def test_what_says_nothing_in_a_column_says_nothing_at_a_door(pack: Pack, value: str) -> None:
    symbol = Symbol("policies", Kind.TEXT)
    frame = pl.DataFrame({"policies": [value]})
    found = frame.with_columns(without_silences(frame.schema, [symbol], pack.silences))
    assert (found.item() is None) == (normalise.text(value, pack.silences) is None)


def in_parts(folder: Path, frames: dict[str, pl.DataFrame]) -> Path:
    for name, frame in frames.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        frame.write_parquet(folder / name)
    return folder


def test_a_folder_of_part_files_is_one_input(tmp_path: Path, pack: Pack) -> None:
    """As Spark leaves it: parts, a mark of success, checksums; integers of other widths, a column that one lacks."""
    first = answers(household_id=["a", "b"], housing=[1, 2]).with_columns(pl.col("housing").cast(pl.Int8))
    second = answers(household_id=["c"], housing=[1], water=[1])
    parts = {"part-00000.parquet": first, "part-00001.parquet": second}
    no_parts = {"_temporary/part-9.parquet": second, ".part-00000.parquet": first}
    folder = in_parts(tmp_path / "ANSWERS", parts | no_parts)
    (folder / "_SUCCESS").touch()
    screen_file(folder, tmp_path / "f", tmp_path / "r", pack)
    assert pl.read_parquet(tmp_path / "f").rows() == [("a", A, "S03"), ("c", A, "S03"), ("c", A, "S05")]


def test_villages_that_are_folders(tmp_path: Path, pack: Pack) -> None:
    frame = answers(household_id=["a"], housing=[1]).drop("village")
    folder = in_parts(
        tmp_path / "lake", {f"village={A}/part-0.parquet": frame, f"village={B}/part-0.parquet": frame}
    )
    screen_file(folder, tmp_path / "f", tmp_path / "r", pack)
    assert pl.read_parquet(tmp_path / "f").rows() == [("a", A, "S03"), ("a", B, "S03")]


@pytest.mark.parametrize(
    ("second", "said"),
    [
        ({"household_id": ["c", None]}, "ANSWERS 里 part-1.parquet 第 2 行没有 household_id"),
        ({"housing": [date(2026, 1, 3)]}, "ANSWERS 里 part-1.parquet 的 housing 和前面的文件不是一种类型"),
    ],
)
def test_a_folder_is_refused_with_its_file(
    tmp_path: Path, pack: Pack, second: dict[str, Any], said: str
) -> None:
    parts = {"part-0.parquet": answers(housing=[1, 1, 1]), "part-1.parquet": answers(**second)}
    with pytest.raises(ScreenInputError, match=said):
        screen_file(in_parts(tmp_path / "ANSWERS", parts), tmp_path / "f", tmp_path / "r", pack)


def test_a_folder_without_parts_and_outputs_into_it(tmp_path: Path, pack: Pack) -> None:
    folder = tmp_path / "ANSWERS"
    folder.mkdir()
    with pytest.raises(ScreenInputError, match=r"文件夹 .*ANSWERS 里没有 Parquet 文件"):
        screen_file(folder, tmp_path / "f", tmp_path / "r", pack)
    in_parts(folder, {"part-0.parquet": answers(housing=[1])})
    with pytest.raises(ScreenInputError, match="在要读的文件夹里面"):
        screen_file(folder, folder / "f.parquet", tmp_path / "r", pack)


@pytest.mark.parametrize(
    ("name", "column", "kind"),
    [
        ("measures", [0, 2**63], pl.UInt64),
        ("insured_none", [1, 2**90], pl.Int128),
        ("housing", [1, -(2**90)], pl.Int128),
        ("civil_aid", [[1], [1, 2**63]], pl.List(pl.UInt64)),
    ],
)
def test_a_number_beyond_64_bits_is_refused_with_its_place(
    tmp_path: Path, pack: Pack, name: str, column: list[Any], kind: Any
) -> None:
    frame = answers(form=["monitored"] * 2).with_columns(pl.Series(name, column, dtype=kind))
    with pytest.raises(ScreenInputError, match=f"a.parquet 第 2 行的 {name} 超出 -9223372036854775808 到"):
        screen(tmp_path, frame, pack)
    small = frame.head(1)
    screen(tmp_path, small, pack)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"form": ["general", "other"]}, "第 2 行的 form 不认识：请写 general、lifted、monitored 之一"),
        ({"form": [None, "general"]}, "第 1 行的 form 不认识"),
        ({"village": [A, "61088110020"]}, "第 2 行的 village 不是12位数字"),
        ({"village": ["61088110020x", A]}, "第 1 行的 village 不是12位数字"),
        ({"household_id": ["a", None]}, "第 2 行没有 household_id"),
        ({"housing": ["1", "2"], "enrol": [1.0, 2.0]}, r"enrol 应是整数.*housing 应是整数"),
        ({"civil_aid": [1, 2]}, "civil_aid 应是整数的列表"),
        ({"village": [610881100201, 610881100202]}, "village 应是文字"),
    ],
)
def test_refused(tmp_path: Path, pack: Pack, columns: dict[str, Any], said: str) -> None:
    with pytest.raises(ScreenInputError, match=said) as refused:
        screen(tmp_path, answers(**columns), pack)
    assert str(refused.value).startswith("a.parquet ")
    assert [path.name for path in tmp_path.iterdir()] == ["a.parquet"]


def test_ranges_hold_where_a_rule_adds(tmp_path: Path) -> None:
    """The proof that no sum wraps rests on declared ranges: a file beyond them is refused, not added up."""
    files = read_pack(DEFAULT)
    files["rules.yaml"] = files["rules.yaml"].replace(
        b'"insured_none > 0"', b'"insured_none + insured_resident > 3"'
    )
    adding = load(files)
    fine = answers(insured_none=[2], insured_resident=[2], insured_employee=[2**62])
    assert screen(tmp_path, fine, adding)[0] == [("h0", A, "S06")]
    with pytest.raises(ScreenInputError, match="第 2 行的 insured_resident 超出 0 到"):
        screen(tmp_path, answers(insured_none=[2, 2], insured_resident=[2, 2**63 - 1]), adding)


@pytest.mark.parametrize("drop", ["household_id", "village", "form"])
def test_a_missing_key_column(tmp_path: Path, pack: Pack, drop: str) -> None:
    with pytest.raises(ScreenInputError, match=f"缺少列 {drop}"):
        screen(tmp_path, answers(housing=[1]).drop(drop), pack)


@pytest.mark.parametrize("content", [b"", b"not parquet", b"PAR1" + b"\0" * 40 + b"PAR1"])
def test_not_a_parquet_file(tmp_path: Path, pack: Pack, content: bytes) -> None:
    (tmp_path / "a.parquet").write_bytes(content)
    with pytest.raises(ScreenInputError, match="不是完整的 Parquet"):
        screen_file(tmp_path / "a.parquet", tmp_path / "f", tmp_path / "r", pack)


def test_a_file_that_breaks_off_in_its_middle(tmp_path: Path, pack: Pack) -> None:
    answers(housing=list(range(5000))).write_parquet(tmp_path / "a.parquet")
    content = bytearray((tmp_path / "a.parquet").read_bytes())
    content[200:2000] = b"\xff" * 1800
    (tmp_path / "a.parquet").write_bytes(content)
    with pytest.raises(ScreenInputError, match="请重新导出"):
        screen_file(tmp_path / "a.parquet", tmp_path / "f", tmp_path / "r", pack)


def test_no_such_file_or_folder(tmp_path: Path, pack: Pack) -> None:
    with pytest.raises(ScreenInputError, match="找不到文件"):
        screen_file(tmp_path / "a.parquet", tmp_path / "f", tmp_path / "r", pack)
    answers(housing=[1]).write_parquet(tmp_path / "a.parquet")
    with pytest.raises(ScreenInputError, match="没有文件夹"):
        screen_file(tmp_path / "a.parquet", tmp_path / "none" / "f", tmp_path / "r", pack)


def test_an_earlier_output_stays_when_a_run_fails(tmp_path: Path, pack: Pack) -> None:
    whole = screen(tmp_path, answers(housing=[1]), pack)
    with pytest.raises(ScreenInputError):
        screen(tmp_path, answers(form=["x"]), pack)
    assert pl.read_parquet(tmp_path / "f.parquet").rows() == whole[0]
