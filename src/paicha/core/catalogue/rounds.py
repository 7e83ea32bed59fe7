"""Rounds, their schedule and the plan of visits: T."""

from paicha.core.catalogue.entry import Entry, refusals

ENTRIES = refusals({
    # plan
    "T01": "{name}排了日子，没写谁去，请填排查人员。",
    "T02": "{name}排在{day}，不在排查期内，请从{first}到{last}里选。",
    "T03": "请写接手的人的姓名。",
    # services
    "T04": "没有这个阶段，请从列表里选。",
    "T05": "请写明延期的理由。",
    "T06": "{title}现在的截止日是{deadline}，延期要晚于这一天，请改正。",
    "T07": "{later}{deadline}截止，{title}不能延到它后面，请先延{later}。",
    # schedule
    "T08": "请选要延期的阶段。",
    "T09": "{title}由市级安排，请联系市级延期。",
    # plan of visits
    "T10": "没有存，有的组别人刚改过，请看过再存一次。",
    "T11": "您排的时候别人改过这个组，下面是您排的，再存一次就用您的。",
    # opening
    "T12": "本轮 {day} 开始，新一轮的日期要在它之后，请改。",
    "T13": "没有这个方案包，请从列表里选。",
    "T14": "方案包 {name} 有 {n} 处错误，不能用来开新一轮，请看“方案包”里写的，改好再来。",
})  # fmt: skip
ENTRIES["T15"] = Entry(
    "soft",
    "{opens} 开始的话，各阶段都已经过了（最后一个阶段到 {last}），请核对开始日期，或者打开以后先延期。",
)
