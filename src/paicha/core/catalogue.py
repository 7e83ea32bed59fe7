"""The one catalogue of what can go wrong with input, apart from the pack's own rules.

Each code has a severity and one Chinese sentence that names the place, the cause and the remedy. A
validation of a pack (V01 …) brings its own sentence; everything else that a person is told about a
file, a sheet, a row or a cell stands here and nowhere else.

Codes: F a whole file · B a sheet · R a cell that cannot be read in one way · M matching rows to the
register · A the area of a sheet · H a village that has handed up · D a device · N a note, nothing is lost.
"""

from __future__ import annotations

import string
from dataclasses import asdict, dataclass
from typing import Literal

Severity = Literal["hard", "soft", "note"]


@dataclass(frozen=True, slots=True)
class Entry:
    severity: Severity
    sentence: str

    @property
    def fields(self) -> frozenset[str]:
        """Names the sentence needs."""
        return frozenset(name for _, name, _, _ in string.Formatter().parse(self.sentence) if name)


@dataclass(frozen=True, slots=True)
class Message:
    """One thing said about input; the shape of `messages` in `paicha import --json`."""

    code: str
    severity: Severity
    message: str
    file: str = ""
    sheet: str = ""
    cell: str = ""
    read: str = ""

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


CATALOGUE: dict[str, Entry] = {
    # A whole file that cannot be read
    "F01": Entry("hard", "文件 {file} 是空的，请重新导出后再上传"),
    "F02": Entry("hard", "文件 {file} 不是表格（内容像{kind}），请用 Excel 或 WPS 另存为 xlsx 后再上传"),
    "F03": Entry("hard", "文件 {file} 设了打开密码，请去掉密码另存后再上传"),
    "F04": Entry("hard", "文件 {file} 不完整或已损坏，请重新拷贝，或打开另存为 xlsx 后再上传"),
    "F05": Entry("hard", "文件 {file} 解压后过大（超过 {limit} MB），不像排查表，请检查后另存为新的 xlsx 再上传"),
    "F06": Entry(
        "hard",
        "文件 {file} 的工作表“{sheet}”占了 {rows} 行 {columns} 列，"
        "超出可读的范围，请把数据另存到新表，删去多余的行列后再上传",
    ),
    "F07": Entry(
        "hard",
        "文件 {file} 里有外部定义（DTD 或实体），出于安全没有打开，"
        "请用 Excel 或 WPS 另存为 xlsx 后再上传",
    ),
    "F08": Entry("hard", "文件 {file} 的文字编码认不出来，请另存为 CSV UTF-8 或 xlsx 后再上传"),
    "F09": Entry("hard", "文件 {file} 里没有认出排查表或花名册，请检查表头是否有户主姓名等栏目"),
    "F11": Entry("hard", "文件 {file} 有 {rows} 行 {columns} 列，超出可读的范围，请检查后另存为 xlsx 再上传"),
    "F10": Entry("hard", "文件 {file} 超过 {limit} MB，请按村拆开后再上传"),
    # A sheet
    "B01": Entry("hard", "“{label}”有两列（{cells}），不知道读哪一列，整张表没有读，请删去一列"),
    "B03": Entry("hard", "认出了{form}，但没有找到“{label}”一列，整张表没有读，请补上表头"),
    "B04": Entry("note", "工作表“{sheet}”不是排查表或花名册，没有读"),
    "B05": Entry("note", "没有读这些列：{columns}"),
    "B06": Entry("note", "“{columns}”是隐藏的列，一并读了"),
    "B07": Entry("note", "工作表“{sheet}”是隐藏的，一并读了"),
    # A cell that has no single reading
    "R01": Entry("hard", "{label}读到“{read}”，不是一个明确的选项，请写序号：{options}"),
    "R02": Entry("hard", "{label}读到“{read}”，像是选了几项，这里只能选一项，请写一个序号：{options}"),
    "R03": Entry("hard", "{label}读到“{read}”，序号和文字对不上，请只写一个：{options}"),
    "R04": Entry("hard", "{label}读到“{read}”，只有勾，看不出勾的是哪一项，请写序号：{options}"),
    "R05": Entry("hard", "{label}读到“{read}”，不是整数，请写一个数"),
    "R06": Entry("hard", "{label}里是公式，没有算出的值，请改成数值后再上传"),
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
    "R17": Entry("hard", "{label}的表头印的选项序号与本次不同（{printed}），只写“{read}”看不出是哪一项，请写选项文字"),
    # Rows and the register
    "M01": Entry("hard", "村里没有“{name}”，有相近的：{candidates}，请核对姓名或电话后再导入"),
    "M02": Entry("hard", "“{name}”在村里有几户：{candidates}，分不清是哪一户，请写上组或电话"),
    "M03": Entry(
        "hard",
        "这一行的户编号是“{known}”的，姓名却写“{name}”，"
        "请核对：换了户主请先登记户主变更，抄错了请删去户编号",
    ),
    "M04": Entry("hard", "户编号 {key} 在 {other} 已经用过，这一行没有收，请删去抄来的户编号"),
    "M05": Entry("note", "户编号 {key} 不是本系统的，没有用，按姓名认户"),
    "M06": Entry("hard", "“{name}”在这次上传里出现两次（{first} 和 {second}），内容不同，请只留一行"),
    "M07": Entry("soft", "“{name}”是新出现的农户，已新建，请核对"),
    "M08": Entry("soft", "{village}原来没有“{group}”，已新建，请核对"),
    "M09": Entry("hard", "这一户不在本轮本村的名册里，请核对村名"),
    "M10": Entry("hard", "{name}是{label}，应填{sheet}，不能填在这张表上"),
    "M11": Entry("hard", "没有填{label}，请补上"),
    # Areas
    "A01": Entry("hard", "看不出是哪个村的，请在标题下写上镇和村，或在导入时指明"),
    "A02": Entry("hard", "{origin}写的是{first}，{where}写的是{second}，两处不一致，请改正"),
    "A03": Entry("hard", "没有叫“{read}”的村，相近的有：{candidates}，请改正"),
    "A05": Entry("hard", "{village}不在您负责的范围内，请交给负责这个村的人导入"),
    # A village that has handed up
    "H01": Entry("note", "本村已经上报，这一行先存着，没有丢；等镇街退回本村或走补报，它就会计入"),
    "H02": Entry("hard", "本村已经上报，{form}不能再改；要改请镇街退回这张表，或走补报"),
    "H03": Entry("hard", "本村已经上报，名册不能再添户；请把这一户的排查表传上来走补报，或请镇街退回"),
    # A device, and what it sends
    "D01": Entry("hard", "没有登录，或登录已失效，请联网后重新登录；没传完的还能传上来"),
    "D02": Entry("hard", "这部手机已停用，不能再看；没传完的还能传上来，要接着用请重新登录"),
    "D03": Entry("hard", "这部手机的登录到期了，请联网后重新登录；没传完的还能传上来"),
    "D04": Entry("hard", "这个凭据不能用在这里，请用手机重新登录"),
    "D05": Entry("hard", "{place}{why}，这一份没有收下，请改正后再传"),
    "D06": Entry("hard", "名册里没有这一户，也没有写是哪个村新发现的，请在手机上刷新名册后再传"),
    "D07": Entry("hard", "您本轮没有分到这个村，这一份没有收下，请联系村里或管理员"),
    "D08": Entry("hard", "这一份打不开（不是本系统的公钥封的，或内容坏了），原样留着，请在手机上重新填这一户"),
    "D09": Entry("hard", "这一份的编号已经被另一部手机用过，请在手机上重新存一次"),
    "D10": Entry("hard", "上传的内容不完整或不是本系统的格式（{why}），请重新上传"),
    "D11": Entry("note", "您已经不分管这里，这一份先存着，没有丢；等村里收下，它就会计入"),
    "D12": Entry("note", "这部手机已停用，这一份先存着，没有丢；等村里收下，它就会计入"),
    "D13": Entry("note", "那一轮排查已经结束，这一份先存着，没有丢；村里看得到"),
    "D14": Entry("note", "名册里有相近的：{candidates}；先按新的一户收下，请村里核对是不是同一户"),
    "D15": Entry("note", "名册里已有{name}户，并到了那一户"),
    "D16": Entry("hard", "一次最多传 {most} 份，请分几次传"),
    "D17": Entry("hard", "文件 {file} 不是手机交接的文件，或不完整，请在手机上重新交接一次"),
    "D18": Entry("hard", "文件 {file} 是没有登记过的手机的，没有收下；请用登记在本系统的手机交接"),
    "A04": Entry("hard", "叫“{read}”的村有几个：{candidates}，请写上镇名"),
}  # fmt: skip


def sentence(code: str, **words: object) -> str:
    """The sentence of `code` with its words put in; a missing word is a KeyError, found by tests."""
    return CATALOGUE[code].sentence.format(**words)


def message(
    code: str, *, file: str = "", sheet: str = "", cell: str = "", read: str = "", **words: object
) -> Message:
    """A `Message` of the catalogue; `file`, `sheet`, `read` may also be words of its sentence."""
    entry = CATALOGUE[code]
    words = {"file": file, "sheet": sheet, "cell": cell, "read": read} | words
    return Message(code, entry.severity, entry.sentence.format(**words), file, sheet, cell, read)
