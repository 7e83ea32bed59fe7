"""What help says of the program itself: its terms, its pages, and each role in a sentence.

What is the notice's (tasks, days, its own terms) stands in the pack's `guide`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from paicha.core.pack.guide import RoleName, Term

# The program's own words: what the screen says, and one sentence of what it means.
TERMS: Mapping[str, Term] = {
    key: Term(id=key, title=title, words=words)
    for key, title, words in (
        ("lead", "线索", "程序把填的内容和规则比一遍，觉得要请人再看一眼的户；不是结论，属实不属实由人定。"),
        ("soft", "要写理由", "表已收下，只是有一处和平常不一样：确实如此就写一句理由，填错了就改。"),
        ("strength", "强、弱", "线索有多要紧：强的先看，多半真有事；弱的只是提醒，看一眼就行。"),
        ("conflict", "冲突", "同一户的同一格，两个人填得不一样，程序不替您选，要有人定一个。"),
        ("due", "还差", "还没见到人的户：没去过的，和外出没联系上、拒访、要再去一趟的。"),
        ("handup", "上报", "签字以后把台账交给上一级；交了就锁上，上一级退回、或没开始审核时自己收回才能改。"),
        ("held", "迟到的表", "上报以后才传来的表，先替您存着，退回或补报时再收下，不会丢。"),
        ("outbox", "待传", "手机上填好、还没传到村里的表；有了信号自己传。"),
        ("duplicate", "疑似重复", "两户看着像同一户，要人说是并户，还是确实两家。"),
        ("changes", "信息变更", "家里情况变了，要有人照着录进全国系统；录完在清单上打勾。"),
        ("code", "校验码", "上报时按当时的数算出来的一串字；数改过一个，码就对不上。"),
        ("sample", "抽查", "按种子随机抽出的村和户，种子一样，抽出来就一样，谁都能重算。"),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RoleWords:
    """`does`: whom the account is for and what it sees; `begins`: what to do first.

    `levels`: of the areas whose pages the role has, the usual one first.
    """

    does: str
    begins: str
    levels: tuple[str, ...]


_VILLAGE = ("village", "residents")
ROLES_IN_WORDS: Mapping[RoleName, RoleWords] = {
    "grid_worker": RoleWords(
        "管自己几个组的户：入户、填表、记问题。", "先把名册装进手机，再去第一户。", _VILLAGE
    ),
    "information_officer": RoleWords(
        "管本村的数据：上传、录表、核对、信息变更。", "先上传花名册，或打开“录入”照纸表录。", _VILLAGE
    ),
    "village_cadre": RoleWords(
        "管全村：排人、看线索、开研判会、签字上报。", "先看“今天要做”的第一行。", _VILLAGE
    ),
    "liaison_cadre": RoleWords(
        "包几个村：看进度、指导填准、在表上签字；不录表，也不替村里处理线索。",
        "先看哪个村落后。",
        _VILLAGE,
    ),
    "town_clerk": RoleWords(
        "管全镇：审核各村台账、退回、排实地核实、上报。", "先看“镇级要做”的第一行。", ("town",)
    ),
    "area_leader": RoleWords(
        "带本片，也带队去别的片交叉核实，填镇级核查表。", "先看有没有等您带队的村。", _VILLAGE
    ),
    "spot_checker": RoleWords("只看抽到的户，先回访、后对照。", "打开名单上的第一户。", ()),
    "city_officer": RoleWords(
        "看全市：日程、抽样、审定、通报。", "先看“市级要做”，再看日报。", ("county", "town")
    ),
    "department_officer": RoleWords(
        "只看转给本部门核实的问题，答属实不属实。", "从期限最近的一行答起。", ()
    ),
    "auditor": RoleWords("看得到全部，什么也不改，看过也留记录。", "打开“记录”。", ("county", "town")),
    "administrator": RoleWords(
        "管账号、轮次、区划、方案包和备份，不看农户的情况。", "先给各镇、各村开账号。", ("county",)
    ),
}  # fmt: skip

# Each entry of the menu in a sentence, by its key (`shell/menu.py`).
PAGES: Mapping[str, str] = {
    "area": "首页：要做的事一行一件，点右边的按钮就去办。",
    "villages": "每个村查到哪一步；可以只看没查完的、有线索的、没有监测户的。",
    "attention": "各村台账审核到哪一步、为什么要注意；审核、退回、排实地核实从这里进。",
    "households": "所有的户，按姓名、组、查没查来找；点户主看这一户。",
    "entry": "照纸表逐行录，一行一户，录一行存一行。",
    "leads": "要请人看的户，逐户处理；要写理由的也在这里。",
    "cases": "提请研判的户走到哪一步；会议、公示、审定都在这里。",
    "problems": "问题清单和整改：措施、时限、责任人、佐证、复核。",
    "plan": "谁哪天去哪个组；带姓名的空表也在这里打印。",
    "samples": "抽样本、给组员分户、看回访和村里填的差在哪里。",
    "pictures": "查了多少、填了什么，画成图，图下面是同样的数。",
    "bulletin": "一天的通报：可以复制，也可以打印。",
    "group_texts": "催办、退回、开会、公示的话，复制了发到群里；没有电话，也没有填的内容。",
    "forms": "七张表照文件上的样子看和打印；每个合计都能点开。",
    "handup": "签字上报、退回、补报；上报前还差什么。",
    "log": "谁在什么时候做了什么、看过什么。",
    "accounts": "给谁开账号、管哪里；一张 Excel 一次开好，首次密码打成条子发下去。",
    "rounds": "开过哪几轮、现在到哪个阶段；打开新一轮，先看会怎样。",
    "areas": "镇街、村、组的名单和代码，哪些还没有账号，改过哪些名字。",
    "packs": "装了哪些方案包，各有哪些表、规则、阶段，有没有错。",
    "backups": "服务器上的备份：现在做一份，读一遍核对，怎么恢复。",
    "health": "这台服务器好不好：数据库、磁盘、备份、时钟，哪里要处理、怎么办。",
    "upload": "Excel 传上来：先看会写入什么，再确认；传错了能撤回。",
    "download": "全村、全镇的表存成 Excel 或 PDF。",
}
