"""What a check of the audit chains finds that does not hold: O. Each says where, and what is kept for whom."""

from paicha.core.catalogue.entry import refusals

ENTRIES = refusals({
    "O01": "链 {chain} 应有 {n} 条记录，现在一条也没有，请保留现场并报上级。",
    "O02": "链 {chain} 签过名的第 {seq} 条已经不在了，链头也被改小或删除，请保留现场并报上级。",
    "O03": "链 {chain} 第 {seq} 条缺失，下一条是第 {next} 条，请保留现场并报上级。",
    "O04": "链 {chain} 第 {seq} 条与上一条对不上：记录被换过、删过或调过顺序，请保留现场并报上级。",
    "O05": "链 {chain} 第 {seq} 条的内容被改动过，请保留现场并报上级。",
    "O06": "链 {chain} 第 {seq} 条与签过名的检查点不符：整条链被重写过，请保留现场并报上级。",
    "O07": "链 {chain} 没有链头，链头被删除过，请保留现场并报上级。",
    "O08": "链 {chain} 的末尾对不上：链头记到第 {head} 条，记录到第 {seq} 条，请保留现场并报上级。",
    "O09": "检查点 {number} 的签名不符：检查点或密钥 audit.key 被换过，请保留现场并报上级。",
    # answers beside the chains
    "O10": "链 {chain} 第 {seq} 条存过 {count} 份答案，现在有 {n} 份，请保留现场并报上级。",
    "O11": "链 {chain} 第 {seq} 条存下的答案被改动过，请保留现场并报上级。",
    "O12": "链 {chain} 第 {seq} 条存下的答案被挪到了别的村，请保留现场并报上级。",
    "O13": "有 {n} 份答案（{part}）不是经系统存下的，链里没有记录，请保留现场并报上级。",
})  # fmt: skip
