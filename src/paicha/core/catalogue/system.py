"""What stops the work.

J a job in the background · X what can't be kept, and what stops the work: said to people at a page or
phone, then to whoever runs the command.
"""

from paicha.core.catalogue.entry import Entry, refusals

ENTRIES = {
    "J01": Entry(
        "hard",
        "做了 {tries} 次都中断了，没有做完，{stored}；请重新来一次，还不行请联系管理员查看服务器日志",
    ),
    "J02": Entry("hard", "系统出了问题，没有完成，{stored}；请稍后再试，还不行请联系管理员查看服务器日志"),
    "J03": Entry("note", "已取消，{stored}"),
    "J04": Entry("hard", "传上来的文件已经不在服务器上，{stored}；请重新上传"),
    "J05": Entry(
        "hard",
        "系统出了问题或中断了，后面的村还没处理；可以接着办，还不行请联系管理员查看服务器日志",
    ),
    "J06": Entry("hard", "成批转给{department}核实中断了，有的村还没转；请再转一次，已转的不会重复"),
    "J07": Entry("note", "这次导入中间断过，已接着收完；断之前收下的户也算在内"),
    "J08": Entry(
        "hard", "这次导入中断了，没有做完，已经收下的 {stored} 户留着；把同样的文件再导入一次会接着收，不会重复"
    ),
    "J09": Entry("hard", "这张清单已不在您的范围里，没有做成文件；请回到清单，再导出一次"),
    "X01": Entry(
        "hard",
        "{place} 里的数太大，或有一个残缺的字，没法保存，这一份没有收下；请重新填写这一处，再传",
    ),
    "X02": Entry("hard", "送来的内容里有系统存不下的东西（数太大，或字太多），没有收；请改好再存"),
    "X03": Entry("hard", "系统出了问题，这一次没有收下；请稍后再试，还不行请联系管理员查看服务器日志"),
    "X04": Entry("hard", "服务器的磁盘满了，刚才的没有存上；请联系管理员清理磁盘，再存一次"),
    "X05": Entry("hard", "系统正在处理别的大件，刚才的没有存上；请等一分钟再试，手机会自己再传"),
    "X06": Entry("hard", "服务器的数据文件夹不能写，刚才的没有存上；请联系管理员"),
    "X07": Entry("hard", "系统连不上数据库，刚才的没有存上；请稍后再试，还不行请联系管理员"),
    "X08": Entry("hard", "服务器的数据库文件坏了，刚才的没有存上；请联系管理员从备份恢复"),
    "X14": Entry("hard", "磁盘满了，或磁盘读写出错；请清理磁盘（数据在 {place}），再运行一次"),
    "X15": Entry("hard", "数据库正被另一个程序占用；请等它做完（或停下它），再运行一次"),
    "X16": Entry("hard", "{place} 不能读写；请检查权限和挂载方式，改好再运行一次"),
    "X17": Entry("hard", "连不上数据库；请检查 DATABASE_URL，并确认数据库正在运行，再运行一次"),
    "X18": Entry("hard", "{place} 里的数据库文件坏了；请用 paicha restore 从备份恢复到新的文件夹"),
    "X19": Entry("hard", "刚才已经办好了，没有再办一遍。要再办一件，请刷新页面，填好再存。"),
} | refusals({
})  # fmt: skip
