"""Places: the area of a sheet, a code, the zones of a town: A."""

from paicha.core.catalogue.entry import Entry, refusals

ENTRIES = {
    "A01": Entry("hard", "看不出是哪个村的，请在标题下写上镇和村，或在导入时指明"),
    "A02": Entry("hard", "{origin}写的是{first}，{where}写的是{second}，两处不一致，请改正"),
    "A03": Entry("hard", "没有叫“{read}”的村，相近的有：{candidates}，请改正"),
    "A04": Entry("hard", "叫“{read}”的村有几个：{candidates}，请写上镇名"),
    "A05": Entry("hard", "{village}不在您负责的范围内，请交给负责这个村的人导入"),
} | refusals({
    # zones
    "A10": "请写片的名称，如“一片”或“城关片”。",
    "A11": "本镇已经有“{clean}”，请换一个名称。",
    "A12": "“{name}”里还有村，请先把它们移到别的片。",
    "A13": "有的村或片不是本镇的，请刷新页面再改。",
    # figures
    "A14": "本轮排查没有代码为“{code}”的地方，请核对 12 位代码。",
    "A15": "本次排查没有统计表，请核对本次排查的方案。",
})  # fmt: skip
