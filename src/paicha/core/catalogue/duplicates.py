"""Two households that look like one: I."""

from paicha.core.catalogue.entry import refusals

ENTRIES = refusals({
    "I01": "{first}户和{second}户已定为不是同一户，请刷新页面。",
    "I02": "这一条“不是同一户”已撤回，请刷新页面。",
    "I03": "这一对已不在疑似重复里（底册有变动，或已有人办过），请刷新页面。",
})  # fmt: skip
