"""What any input can be: G. Each sentence is said with the label of what was typed."""

from paicha.core.catalogue.entry import refusals

ENTRIES = refusals({
    "G01": "{label}有 {n} 个字，最多 {most} 字，请写短一些。",
    "G02": "请写明{asks}，再提交。",
    "G03": "{label}读到“{read}”，请写成 2022-03-15 这样的日期。",
    "G04": "{label}读到“{read}”，请只写数字。",
    "G10": "请填写{label}。",
    # other sentences, put together or given their place
    "G05": "{said}",
    "G06": "{place}：{said}",
    "G11": "{file} {said}",
    "G12": "{said}没有保存，填的都还在。",
    # files
    "G13": "请选{what}，不超过 {most} MB。",
    "G14": "{label}里像是身份证号，系统不保存身份证号，请删去。",
    # form input
    "G07": "村里没有叫“{read}”的户主，请核对姓名；是全村的问题就不填户主。",
    "G08": "村里有 {n} 户“{head}”（{where}），请在姓名后面写上组，如“{head}（2组）”。",
    # one's own
    "G09": "只有答复的人能撤销自己的答复，请刷新页面。",
})  # fmt: skip
