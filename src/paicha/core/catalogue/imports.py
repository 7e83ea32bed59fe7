"""Rows and uploads that are taken in.

M matching rows to the register · U an upload as a whole, and taking it back.
"""

from paicha.core.catalogue.entry import Entry, refusals

ENTRIES = {
    "M01": Entry("hard", "村里没有“{name}”，有相近的：{candidates}，请核对姓名或电话后再导入"),
    "M02": Entry("hard", "“{name}”在村里有几户：{candidates}，分不清是哪一户，请写上组或电话"),
    "M03": Entry(
        "hard",
        "这一行的户编号是“{known}”的，姓名却写“{name}”，请核对：换了户主请先登记户主变更，抄错了请删去户编号",
    ),
    "M05": Entry("note", "户编号 {key} 不是本系统的，按姓名认户，收下的记作其他系统的编号"),
    "M06": Entry("hard", "“{name}”在这次上传里出现两次（{first} 和 {second}），内容不同，请只留一行"),
    "M07": Entry("soft", "“{name}”是新出现的农户，已新建，请核对"),
    "M08": Entry("soft", "{village}原来没有“{group}”，已新建，请核对"),
    "M09": Entry("hard", "这一户不在本轮本村的名册里，请核对村名"),
    "M10": Entry("hard", "{name}是{label}，应填{sheet}，不能填在这张表上"),
    "M11": Entry("hard", "没有填{label}，请补上"),
    "M12": Entry(
        "hard",
        "户编号 {key} 是{other}的，这张表写的是{village}，没有写入，请核对：标题写错了请改标题，"
        "这户迁来了请先登记迁移，抄错了请删去户编号",
    ),
    "M13": Entry(
        "hard",
        "户编号 {key} 是本村“{known}”户的，这一户已销户，没有写入，请核对：销错了请先恢复，"
        "是另一户请删去户编号",
    ),
    "M14": Entry(
        "hard",
        "这张表 {rows} 行里有 {others} 行的户编号是{other}的，表却写的是{village}，多半是村名写错了，"
        "整张表没有写入，请改正村名再导入",
    ),
    "M15": Entry("note", "这一户的户主已登记变更为“{head}”，这里写的是“{name}”，按现在的户主记"),
    "M16": Entry(
        "hard",
        "名册里叫“{name}”的是{candidates}，这次上传不止一行可能是这一户，分不清是哪一行，"
        "请给这一户的行写上户编号或名册上的电话",
    ),
    "M17": Entry(
        "hard",
        "“{name}”和名册里的{candidates}同名，组或电话对不上，分不清是不是同一户，请核对后写上户编号，"
        "或写成名册上的组和电话；确实是新的一户，请在本村页面“新添一户”",
    ),
    "M18": Entry(
        "hard",
        "“{name}”像是已销户的{candidates}，请核对：是这一户请先恢复，确实是新的一户请在本村页面“新添一户”",
    ),
    "M19": Entry("hard", "名册里已经有{head}户，不用再添；要改它的答案，请到这一户里改。"),
    "M20": Entry(
        "hard",
        "名册里有相近的：{candidates}。是同一户就到那一户里填；确实是另一户，请勾选“是另一户”再存。",
    ),
    "M30": Entry(
        "hard",
        "“{name}”和名册里的{candidates}同名同组，户编号却是另一个，分不清是不是同一户，请核对：是同一户请改成名册上的户编号，"
        "不是请写上不同的组",
    ),
    "M31": Entry("soft", "“{name}”名单上是{listed}，名册里是{known}，没有改，请核对；确实变了请在农户页面更正类别"),
    "M32": Entry("soft", "“{name}”户的成员按名单改了：{changes}，请核对"),
    "M33": Entry("soft", "“{name}”的人口编号也记在{other}里，请核对是不是迁走、分户了，或录了两次"),
    "M34": Entry("soft", "“{name}”名单上的人口编号是 {read}，名册里是 {known}，没有改，请核对"),
    "M40": Entry("note", "这一户已由“{before}”迁到“{group}”，按现在的组记"),
    "M42": Entry("note", "这一户已改为{label}，同名的题按新表收下{rest}"),
    "M41": Entry(
        "hard",
        "“{name}”已迁到{other}，没有写入，请填在{other}的表里；确实是本村新的一户，请在本村页面“新添一户”",
    ),
    "U01": Entry(
        "hard",
        "第{first}–{last}行：{n} 户的{labels}都是本表别户原来的，多半是只排了一部分列，整张表没有收；"
        "请撤销排序，或选中整张表再排",
    ),
    "U02": Entry(
        "soft",
        "“{label}”一栏有 {n} 户原来填了，这次是空的，已清空；不是有意清空的，请删去这一栏再导入",
    ),
    "U03": Entry("soft", "“{name}”有 {n} 项改回了第 {number} 稿的答案（{labels}），请核对是不是用了旧表"),
    "U04": Entry("soft", "“{name}”的{labels}原来是本表“{other}”的，请核对"),
} | refusals({
    # people of a household
    "M35": "这一户已经有“{name}”，不用再添；是同名的另一个人，请在姓名后面加以区别。",
    "M36": "这一户已经记了{system}的编号 {number}，不用再记。",
    # undo
    "U10": "没有这次导入，请用 paicha upload list 查看编号。",
    "U11": "这次导入还没有做完，请等它做完，或先取消，再撤回。",
    "U12": "这次导入是升级以前做的，没有记下怎样撤回，请逐户更正。",
    "U13": "这次导入的村都不在您负责的范围内，请交给负责这些村的人撤回。",
    # services
    "U14": "还没有打开排查轮次，请先运行 paicha init。",
    "U15": "没有代码是 {village} 的村，请写 12 位的村代码。",
    "U16": "找不到 {name}，请检查文件或文件夹的名字。",
    "U17": "还没有选文件，请先选一个或几个表格文件。",
    "U18": "这些文件合起来太大，请分几次上传。",
})  # fmt: skip
