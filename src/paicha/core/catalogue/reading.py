"""Files, sheets and cells that are read.

F a whole file · B a sheet · R a cell that cannot be read in one way.
"""

from paicha.core.catalogue.entry import Entry

ENTRIES = {
    "F01": Entry("hard", "文件 {file} 是空的，请重新导出后再上传"),
    "F02": Entry("hard", "文件 {file} 不是表格（内容像{kind}），请用 Excel 或 WPS 另存为 xlsx 后再上传"),
    "F03": Entry("hard", "文件 {file} 设了打开密码，请去掉密码另存后再上传"),
    "F04": Entry("hard", "文件 {file} 不完整或已损坏，请重新拷贝，或打开另存为 xlsx 后再上传"),
    "F05": Entry(
        "hard",
        "文件 {file} 解压后过大（超过 {limit} MB），不像排查表，请检查后另存为新的 xlsx 再上传",
    ),
    "F06": Entry(
        "hard",
        "文件 {file} 的工作表“{sheet}”占了 {rows} 行 {columns} 列，超出可读的范围，请把数据另存到新表，"
        "删去多余的行列后再上传",
    ),
    "F07": Entry(
        "hard",
        "文件 {file} 里有外部定义（DTD 或实体），出于安全没有打开，请用 Excel 或 WPS 另存为 xlsx 后再上传",
    ),
    "F08": Entry("hard", "文件 {file} 的文字编码认不出来，请另存为 CSV UTF-8 或 xlsx 后再上传"),
    "F09": Entry("hard", "文件 {file} 里没有认出排查表或花名册，请检查表头是否有户主姓名等栏目"),
    "F10": Entry("hard", "文件 {file} 超过 {limit} MB，请按村拆开，网页格式的也可另存为 xlsx，再上传"),
    "F11": Entry("hard", "文件 {file} 有 {rows} 行 {columns} 列，超出可读的范围，请检查后另存为 xlsx 再上传"),
    "F12": Entry(
        "hard",
        "文件 {file} 是 Excel 95 或更早的格式，没有读，请用 Excel 或 WPS 打开，另存为 xlsx 后再上传",
    ),
    "F13": Entry(
        "hard",
        "文件 {file} 是{kind}格式，没有读，请用原来的软件打开，另存（导出）为 xlsx 后再上传",
    ),
    "F14": Entry(
        "hard",
        "文件 {file} 里有旧式宏表（Excel 4.0 宏），没有读，请删去宏表，另存为不带宏的 xlsx 后再上传",
    ),
    "F15": Entry("hard", "文件 {file} 的工作表都是空的，没有可读的内容，请检查是否传错了文件"),
    "F16": Entry("note", "文件夹里还有 {count} 个文件不是表格，没有读：{files}"),
    "F30": Entry(
        "hard",
        "文件 {file} 是网页，里面没有表格（常见的是登录失效时下载到的登录页），请重新登录系统后再导出",
    ),
    "F31": Entry("hard", "文件 {file} 是系统的登录页，不是导出的表（登录已失效），请重新登录系统后再导出"),
    "F32": Entry(
        "hard",
        "文件 {file} 的网页里表格超过 {limit} 张或套得太深，不像排查表，请另存为 xlsx 后再上传",
    ),
    "F33": Entry("hard", "文件 {file} 的网页表格读到第 {rows} 行就断了，像是没有下载完，请重新导出后再上传"),
    "F34": Entry(
        "hard",
        "文件 {file} 是系统返回的一句话，不是表格（常见的是登录失效），请重新登录系统后再导出",
    ),
    "F35": Entry(
        "hard",
        "文件 {file} 只是网页的外框，表格在它旁边的文件夹里，请用 Excel 或 WPS 打开，另存为 xlsx 后再上传",
    ),
    "F36": Entry(
        "hard",
        "文件 {file} 的 XML 到第 {line} 行读不下去了（没有下载完，或内容里有没转义的 & 和 <），"
        "请重新导出，或让系统导出 xlsx",
    ),
    "B01": Entry("hard", "“{label}”有两列（{cells}），不知道读哪一列，整张表没有读，请删去一列"),
    "B03": Entry("hard", "认出了{form}，但没有找到“{label}”一列，整张表没有读，请补上表头"),
    "B04": Entry("note", "工作表“{sheet}”不是排查表或花名册，没有读"),
    "B05": Entry("note", "没有读这些列：{columns}"),
    "B06": Entry("note", "“{columns}”是隐藏的列，一并读了"),
    "B07": Entry("note", "工作表“{sheet}”是隐藏的，一并读了"),
    "B08": Entry(
        "note",
        "第 {rows} 行（共 {count} 行）是隐藏或筛掉的，一并读了；看得见的行里有同一户的，按看得见的算",
    ),
    "B09": Entry(
        "soft",
        "“{name}”另有一行是隐藏的（{second}），内容不同，没有用；按看得见的（{first}）算，请核对",
    ),
    "B10": Entry("hard", "{label}里是一张图片，不是文字，请写上姓名或要填的内容"),
    "B11": Entry("note", "{file}：文件名写着 {told}，读到 {persons} 人、{households} 户"),
    "B12": Entry(
        "note", "{file}：文件名写着 {told}，读到 {persons} 人、{households} 户，对不上，请核对是不是少了行"
    ),
    "B13": Entry(
        "hard",
        "{label}一栏说明这是一人一行的名单，但没有“与户主关系”，也没有“户主姓名”，分不出谁是户主，整张表没有读，"
        "请补上这一列",
    ),
    "R01": Entry("hard", "{label}读到“{read}”，不是一个明确的选项，请写序号：{options}"),
    "R02": Entry("hard", "{label}读到“{read}”，像是选了几项，这里只能选一项，请写一个序号：{options}"),
    "R03": Entry("hard", "{label}读到“{read}”，序号和文字对不上，请只写一个：{options}"),
    "R04": Entry("hard", "{label}读到“{read}”，只有勾，看不出勾的是哪一项，请写序号：{options}"),
    "R05": Entry("hard", "{label}读到“{read}”，不是整数，请写一个数"),
    "R06": Entry("hard", "{label}里是公式，没有算出的值，请用 Excel 或 WPS 打开保存一次，或改成数值，再上传"),
    "R07": Entry("hard", "{label}里是出错的公式或错误值，请改成数值后再上传"),
    "R08": Entry("hard", "{label}读到“{read}”，看不出各是几人，请写成：{example}"),
    "R09": Entry("hard", "{label}读到“{read}”，不是一个明确的日期，请写成 2022-03-15 这样"),
    "R10": Entry("hard", "{label}读到日期“{read}”，像是被表格软件改的，请把格式设为文本，重新填写"),
    "R11": Entry("hard", "{label}读到“{read}”，号码后几位已经丢失，请把格式设为文本，重新填写完整号码"),
    "R12": Entry("hard", "{label}的格与左边的格合并了，看不出填的是什么，请取消合并，分别填写"),
    "R13": Entry("hard", "{label}在两处写得不一样（“{read}”和“{other}”），请改成一样"),
    "R14": Entry("hard", "{label}读到“{read}”，超出了能保存的范围，请检查"),
    "R15": Entry("hard", "类别读到“{read}”，不是{options}里的一种，请改正"),
    "R16": Entry("note", "{label}读到“{read}”，按 {value} 读；多出的文字没有地方保存，需要的话请写进备注"),
    "R17": Entry(
        "hard",
        "{label}的表头印的选项序号与本次不同（{printed}），只写“{read}”看不出是哪一项，请写选项文字",
    ),
    "R18": Entry(
        "hard",
        "{label}读到“{read}”，里面的日期看不出是答案还是说明，请写清选项序号，日期写在说明或备注里",
    ),
    "R19": Entry("hard", "{label}读到“{read}”，不像村里的组号，可能是被表格软件改的日期，请改成正确的组"),
    "R20": Entry("hard", "{label}读到“{read}”，其中“{part}”不是姓名，请写姓名"),
    "R22": Entry("hard", "{label}写的是“{read}”，看不准照抄的是哪一格，请把内容写出来"),
    "R23": Entry("note", "{label}写的是“{read}”，按上一行（{above}）的“{value}”读，请核对"),
    "R24": Entry("note", "{label}读到“{read}”，换成北京时间是 {value}，按 {value} 读，请核对"),
    "R25": Entry("hard", "{label}里有身份证号（{read}），系统不保存身份证号，请删去"),
    "R26": Entry(
        "note",
        "{label}这一列的时间都是16:00（如“{read}”），像是程序把北京时间第二天零点写成了前一天，"
        "按写的日期读，请核对",
    ),
    "R27": Entry(
        "hard",
        "{column}列的表头写的是“{label}”，又印着“{other}”的栏目或选项，不知道填的是哪一项，"
        "整张表没有读，请核对表头",
    ),
    "R28": Entry("hard", "这一户有 {count} 行都写着户主（{cells}），请改成一行是户主"),
    "R29": Entry("hard", "这一户（{cells}）没有一行写着户主，看不出户主是谁，请在与户主关系一栏写上“户主”"),
    "R30": Entry("hard", "同一户的{label}写得不一样（{told}），请改成一样"),
    "R31": Entry("hard", "人口编号 {read} 写了两次（{cells}），一个人只能在一户里写一次，请改正"),
    "R32": Entry("hard", "这一行没有户编号，看不出是哪一户，请补上"),
    "R33": Entry("soft", "{label}读到“{read}”，不是{wanted}，没有用，请核对"),
}
