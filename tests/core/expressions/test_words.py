"""A rule said in Chinese: what the pack's description and a household's page show."""

from __future__ import annotations

import pytest

from paicha.core.expressions import Kind, Symbol, Vocabulary, expression_of, parse, tree

LABELS = {
    "income_band": "人均年纯收入",
    "income": "人均纯收入",
    "enrol": "是否需要纳入",
    "civil_aid": "民政政策",
    "policies": "帮扶政策",
    "deliberated": "已综合研判",
    "measures": "帮扶措施条数",
    "surveyed_on": "排查日期",
}
OPTIONS = {
    "income_band": {1: "4000元以下", 2: "4000元—6000元(含)", 3: "6000元—10000元(含)", 4: "10000元以上"},
    "enrol": {1: "是", 2: "不确定,需研判", 3: "否"},
    "civil_aid": {1: "低保", 2: "特困供养", 5: "否"},
}
VOCABULARY = Vocabulary(
    {
        "income_band": Symbol("income_band", Kind.CHOICE, frozenset({1, 2, 3, 4})),
        "income": Symbol("income", Kind.INTEGER, None, 0, 10**7),
        "enrol": Symbol("enrol", Kind.CHOICE, frozenset({1, 2, 3})),
        "civil_aid": Symbol("civil_aid", Kind.CHOICES, frozenset({1, 2, 5})),
        "policies": Symbol("policies", Kind.TEXT),
        "deliberated": Symbol("deliberated", Kind.BOOLEAN),
        "measures": Symbol("measures", Kind.INTEGER, None, 0, 100),
        "surveyed_on": Symbol("surveyed_on", Kind.DATE),
    },
    {"line": 6000},
    {
        "within_line": "coalesce(income <= :line, income_band <= 2)",
        "named": "enrol = 1",
        "either": "enrol = 1 OR policies IS NULL",
    },
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("income_band = 1 AND enrol = 3", "人均年纯收入 是 1 4000元以下，且 是否需要纳入 是 3 否"),
        ("enrol <> 1", "是否需要纳入 不是 1 是"),
        ("income_band <= 2", "人均年纯收入 是 1 4000元以下 或 2 4000元—6000元(含)"),
        ("2 < income", "人均纯收入 大于 2"),
        ("enrol IN (2, 3)", "是否需要纳入 是 2 不确定,需研判 或 3 否"),
        ("array_contains(civil_aid, 1)", "民政政策 含 1 低保"),
        ("array_contains(civil_aid, 1) OR array_contains(civil_aid, 2)", "民政政策 含 1 低保 或 2 特困供养"),
        ("NOT array_contains(civil_aid, 5)", "民政政策 不含 5 否"),
        ("policies IS NULL", "没有填帮扶政策"),
        ("policies IS NOT NULL", "填了帮扶政策"),
        ("policies LIKE '%低保%'", "帮扶政策 写有“低保”"),
        ("policies NOT LIKE '%低保%'", "帮扶政策 没有写“低保”"),
        ("coalesce(measures, 0) = 0", "帮扶措施条数（没有填按 0） 等于 0"),
        ("coalesce(deliberated, FALSE)", "已综合研判：是"),
        ("NOT coalesce(deliberated, FALSE)", "已综合研判：否或没有记录"),
        ("deliberated = FALSE", "已综合研判：否"),
        ("measures + 1 > 2 * income", "帮扶措施条数 ＋ 1 大于 2 × 人均纯收入"),
        ("surveyed_on < DATE '2022-03-10'", "排查日期 早于 2022年3月10日"),
        (
            "within_line AND (enrol = 3 OR policies IS NULL)",
            "（人均纯收入 不超过 6000；没有填时看：人均年纯收入 是 1 4000元以下 或 2 4000元—6000元(含)），"
            "且 （是否需要纳入 是 3 否，或 没有填帮扶政策）",
        ),
        ("either", "是否需要纳入 是 1 是，或 没有填帮扶政策"),
        ("either AND enrol = 3", "（是否需要纳入 是 1 是，或 没有填帮扶政策），且 是否需要纳入 是 3 否"),
        ("named", "符合“需要纳入”"),
    ],
)
def test_in_words(text: str, words: str) -> None:
    labels = {**LABELS, "named": "需要纳入"}
    assert parse(text, VOCABULARY).in_words(labels, OPTIONS) == words


AID, POLICIES = tree.Name("civil_aid", Kind.CHOICES), tree.Name("policies", Kind.TEXT)


@pytest.mark.parametrize(
    ("node", "words"),
    [
        (tree.AllIn(AID, (1, 2)), "民政政策 只含 1 低保 或 2 特困供养"),
        (tree.Not(tree.AllIn(AID, (1, 5))), "民政政策 含有 1 低保 或 5 否 以外的选项"),
        (tree.AllIn(AID, ()), "民政政策 一项也没有选"),
        (tree.Not(tree.AllIn(AID, ())), "民政政策 选了"),
        (tree.Matches(POLICIES, "phone"), "帮扶政策 是11位手机号或带区号的座机"),
        (tree.Not(tree.Matches(POLICIES, "person")), "帮扶政策 不是中国人名"),
    ],
)
def test_what_only_constraints_say(node: tree.Node, words: str) -> None:
    assert expression_of(node, VOCABULARY).in_words(LABELS, OPTIONS) == words
