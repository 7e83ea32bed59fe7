"""The page about a pack names all that it holds, in the words of the paper, and its data is JSON."""

from __future__ import annotations

import json

import pytest
from tests.core.pack.test_loader import SECOND

from paicha.core.pack import Pack, load
from paicha.core.pack.describe import describe, describe_data, words_of
from paicha.packs import DEFAULT, read_pack


@pytest.fixture(scope="module", params=[DEFAULT, SECOND])
def pack(request: pytest.FixtureRequest) -> Pack:
    return load(read_pack(request.param))


def test_everything_is_on_the_page(pack: Pack) -> None:
    page = describe(pack)
    for question in pack.questions.values():
        assert f"{question.label}（`{question.name}`）" in page
        assert all(f"{option.number}.{option.label}" in page for option in question.options)
    for form in pack.forms:
        assert f"{form.sheet} {form.label}" in page
        assert form.title in page
    for rule in pack.rules:
        assert f"### {rule.id} {rule.title}" in page
        assert f"`{rule.when}`" in page and words_of(pack, rule.expression) in page
    assert all(f"- {check.id} {check.title}" in page for check in pack.messages.values())
    assert all(f"`{name}` = {value}" in page for name, value in pack.parameters.items())
    assert all(f"`{text}`" in page for text in pack.conditions.values())
    assert all(stage.title in page for stage in pack.schedule.stages)
    assert all(procedure.title in page for procedure in pack.schedule.procedures)
    assert "None" not in page and "{" not in page.replace("{town}", "").replace("{village}", "")


@pytest.mark.parametrize(
    ("name", "line"),
    [
        (DEFAULT, "- 市级抽查：市巩衔办牵头，乡村振兴、纪检等部门，市县级，2022年4月10日前（第 31 天）"),
        (DEFAULT, "纸张：A4 横向，每页 15 行，每组另起一页；15 列"),
        (DEFAULT, "- 已脱贫户，填附件1-2，底数 9011 户"),
        (DEFAULT, "- 什么时候：人均年纯收入 是 1 4000元以下，且 需要纳入 是 3 否"),
        (DEFAULT, "- 用于：附件1-1、附件1-2、附件1-3；须研判，一般；附件1-3为需跟进，一般"),
        (DEFAULT, "- 可列入问题清单：4.“应纳未纳”“体外循环”方面"),
        (DEFAULT, "- 村级排查结束后才列出"),
        (DEFAULT, "- 排查户数／一般农户：附件1-1已排查户数"),
        (DEFAULT, "- V19 合计等于三类之和：排查户数合计写 …，三类加起来是 …"),
        (
            DEFAULT,
            "- V15s 排查日期不在本轮：排查日期 早于 本轮开始那天，或 "
            "（排查日期 晚于 本轮结束那天，且 排查日期 不晚于 今天）。提示：排查日期 … 不在本轮排查期内，请核对",
        ),
        (DEFAULT, "- V39 姓名异常：户主姓名 不是中国人名。提示：户主姓名不像中国人名，请核对"),
        (
            DEFAULT,
            "- V14 排查人员签字：符合“算已排查”，且 没有填排查人员签字。提示：没有排查人员签字，请写上排查人员的姓名",
        ),
        (DEFAULT, "- V01 必填：没有填…，请补上"),
        (SECOND, "- 什么时候：出生日期 早于 1937年1月1日，且 呼叫器 是 2 没装"),
        (SECOND, "纸张：A3 横向，每页 7 行；10 列"),
        (SECOND, "- 老人数：取自村敬老情况表的六十岁以上老人"),
        (SECOND, "- `poor`：每月养老金 小于 300。`pension < :low_pension`"),
        (
            SECOND,
            "- 慢性病（`illnesses`）：多选；1.高血压 2.糖尿病 6.别的病（另写病名） 9.没病（不与别项同选）；"
            "印在表甲；表甲必填",
        ),
    ],
)
def test_lines_that_an_officer_looks_for(name: str, line: str) -> None:
    assert line in describe(load(read_pack(name))).splitlines()


def test_the_data_is_json_and_holds_every_expression_in_words(pack: Pack) -> None:
    data = json.loads(json.dumps(describe_data(pack)))
    assert data["digest"] == pack.digest
    assert [rule["id"] for rule in data["rules"]] == [rule.id for rule in pack.rules]
    assert all(entry["words"] and entry["reads"] for entry in (*data["rules"], *data["checks"]))
    assert all(test["words"] for entry in data["constraints"] for test in entry["tests"])
    assert set(data["conditions"]) == set(pack.conditions)
    assert data["areas"]["village"] == sum(area.level == "village" for area in pack.areas)
