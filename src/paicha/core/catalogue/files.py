"""Files that are stored as they came: L."""

from paicha.core.catalogue.entry import refusals

ENTRIES = refusals({
    # services
    "L01": "文件“{name}”在磁盘上找不到了，请从备份恢复。",
    "L02": "文件“{name}”和上传时的校验码对不上，请从备份恢复。",
    "L03": "这个文件没有名字，请改一个文件名再上传。",
    "L04": "文件名里有看不见的字符，请改一个文件名再上传。",
    "L05": "“{name}”超过 {most} MB，请缩小或分成几个文件再上传。",
    "L06": "“{name}”是空的，请重新扫描后再上传。",
    "L07": "“{name}”不是完整的 {wanted} 文件，请扫描或另存为其中一种再上传。",
    "L08": "“{name}”的内容是 {kind}，名字却不是，请把文件名改成以 .{kind} 结尾再上传。",
})  # fmt: skip
