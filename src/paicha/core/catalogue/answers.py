"""Answers that differ, and what is decided about them: C."""

from paicha.core.catalogue.entry import Entry, refusals

ENTRIES = {
    "C01": Entry("soft", "和已存的答案不同：{labels}，请到冲突列表逐项定夺"),
    "C02": Entry(
        "soft",
        "{label}您后来改过：现在是“{now}”，这里照旧稿写的是“{here}”，先留着现在的；要用这里的，"
        "请照现在的稿再改一次",
    ),
} | refusals({
    # findings and conflicts
    "C10": "请选“属实”或“不属实”。",
    "C11": "本次排查没有这种线索来源，请从列表里选。",
    "C12": "请写明看到了什么情况。",
    "C13": "{labels}还没有选用哪一个答案，请逐项选定。",
    "C14": "这条冲突已经有人处理过了，请刷新页面。",
    "C15": "这一户在您打开页面以后又改过（{now}），请看过现在的再定。",
    "C16": "这样选以后答案不合规则：{said}",
    # base changes
    "C17": "请选信息变更的项目，并写明现在的情况。",
    "C18": "这一条没有勾过“已录入”，请刷新页面。",
    "C19": "只有勾的人能撤销，请找他。",
    # desk entry
    "C20": "这一户现在的答案不是您存的，不能撤销；要改请直接改。",
    "C21": "本村已经上报，不能撤销；要改请镇街退回，或走补报。",
    "C22": "这一户有两边填得不一样的还没定，先到冲突列表定了再撤销。",
    "C23": "原来的答案现在不合规则，不能退回：{said}",
    # decisions
    "C24": "请至少勾选一条，再提交。",
})  # fmt: skip
