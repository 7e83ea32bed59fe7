"""A household that moves, splits, is merged, closed, reopened or of another class: N."""

from paicha.core.catalogue.entry import refusals

ENTRIES = refusals({
    # act
    "N01": "{head}户已销户，不在本轮名册里，请先恢复这一户。",
    "N02": "没有这一户，请从名册里选，或核对户编号。",
    "N03": "{village}已经上报，这一户不能变动；请镇街先退回整村或这一户，改好再报。",
    "N04": "变动涉及的村不都在您负责的范围内，请交给管两边的镇街或市级来办。",
    "N05": "您打开这一页以后，这一户又有变动，没有办；请刷新页面看过再办。",
    # moving
    "N06": "{head}户已经在那里了，请选要迁到的村和组。",
    "N07": "{head}户列在还没开的会（{meeting}）的议程里，请先从议程里去掉，或开完会登记结果再迁。",
    # undoing
    "N08": "没有这次变动，或这一种不能撤销，请刷新页面。",
    "N09": "这次变动已经撤销了，请刷新页面。",
    "N10": "后来{head}户又有“{later}”，请先撤销后来的那一次。",
})  # fmt: skip
