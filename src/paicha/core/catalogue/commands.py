"""What the operator of the machine types: commands, files and settings: E."""

from paicha.core.catalogue.entry import refusals

ENTRIES = refusals({
    # database
    "E01": "DATABASE_URL 无法识别（主机或端口写法有误），应写成 postgresql://用户:密码@主机:5432/数据库名。",
    "E02": (
        "DATABASE_URL 只支持 PostgreSQL，读到的是“{read}”，"
        "应写成 postgresql://用户:密码@主机:5432/数据库名。"
    ),
    "E03": "DATABASE_URL 里没有数据库名，应写成 postgresql://用户:密码@主机:5432/数据库名。",
    # settings
    "E04": "不能在 {home} 写入（{why}），请换一个可写的文件夹：设置 PAICHA_HOME。",
    # archive
    "E05": "没有备份文件 {file}，请检查名字。",
    "E06": "备份 {name} 不完整或已损坏（{why}），请换另一份备份。",
    "E07": "{name} 不是排查系统的备份，请检查文件。",
    "E08": "备份 {name} 的清单读不出来，请换另一份备份。",
    "E09": "备份 {name} 是另一版程序做的，请用那一版恢复。",
    "E10": "备份 {name} 里没有数据库，请换另一份备份。",
    "E11": "备份里的 {name} 与清单不符，已损坏或被改动过，没有恢复，请换另一份备份。",
    "E12": "数据库文件已损坏（{why}），请换另一份备份。",
    "E13": "没有找到 {program}，请先安装 PostgreSQL 的客户端程序，或由数据库管理员备份。",
    "E14": "{program} 没有做成（{why}），请按提示解决后再试。",
    # backup
    "E15": "已经有 {name}，请换一个名字，旧备份不会被覆盖。",
    "E16": "没有文件夹 {folder}，请先建好。",
    "E17": "备份没有写成（{why}），请检查 {folder} 的空间和权限。",
    "E18": "{home} 不是空的，没有恢复。请把它移开，或另设 PAICHA_HOME。",
    "E19": "不能写入 {folder}（{why}），请检查权限。",
    "E20": "这份备份是 PostgreSQL 的，请设置 DATABASE_URL，指向一个空的数据库，再恢复。",
    "E84": "这份备份是内置数据库的，请去掉 DATABASE_URL，再恢复。",
    "E83": "{names} 不在数据文件夹里（由环境变量给出），请另外保存。",
    "E21": "DATABASE_URL 指向的数据库不是空的，没有恢复。请建一个空的数据库。",
    # certificate
    "E22": "{home} 里的 {server} 和 {key} 要成对，请补上另一个，或两个都删去。",
    "E23": (
        "本机现在的名称或地址 {outside} 不在证书机构的范围里。请把地址改回原来的，"
        "或删去 {home} 里的 {authority}、{authority_key}、{server}、{key} 重新做，"
        "手机上要重装一次证书。"
    ),
    "E24": "{key_file} 不是本系统做的密钥，请从备份里恢复。",
    # audit
    "E81": "{counted}：有 {n} 处对不上，请保留现场并报上级。",
    # demo
    "E25": "时间“{read}”不对，请写成 +3d、-1d、+12h 或 +30m。",
    "E26": "农户数至少要 1，请改 --households。",
    "E27": "这里已经有排查数据，不能再建演示县。请换一个 PAICHA_HOME。",
    "E89": "--scene 的县按天数建，不埋答案：请去掉 --opens、--truth 和 --workbooks。",
    # export
    "E28": "不能写到 {folder}（{reason}），请换一个可写的文件夹，或腾出空间。",
    "E29": "{code} 是{name}，不能用 export {level}，请改用 export {right}。",
    "E82": "没有字体有“{character}”这个字，{where} 里写成 {code}；请装上有这个字的字体（如 SimSun-ExtB）再导出。",
    # home
    "E30": "数据库还没有建立，或是旧版的，请先运行 paicha init。",
    "E77": "数据库还是旧版的（少 {n} 步升级），请先用 paicha backup 备份，再运行 paicha init 升级。",
    "E32": (
        "本轮的方案包 {pack} {version} 是另一版程序存下的，这一版读不了（{why}），请换回那一版程序，"
        "或换一个 PAICHA_HOME 重新 paicha init。"
    ),
    "E90": "有一份备份正在做，请等它做完再来。",
    "E91": "没有这份备份，可能已被删掉，请刷新再看。",
    "E92": "备份试了几次都没有做完，请看服务器的磁盘和日志，再做一份。",
    # imports
    "E33": "这里没有表格文件（xlsx、xls、ods、csv、网页表格），请检查文件夹。",
    # packs
    "E85": "共 {n} 处错误，请逐处改正后再检查。",
    "E86": (
        "方案包和这一轮存着的不一样：这一轮仍用存着的，开过的一轮不换方案包。"
        "要用现在这一版，请另开一轮：paicha round open --pack {pack} --opens 开始日期"
    ),
    "E88": (
        "这一轮 {opens} 开始，各阶段的期限都已过去（最后一天是 {last}），填什么都算迟了。"
        "请按实际日期另开一轮：paicha round open --opens 开始日期"
    ),
    # the line as a whole
    "E87": "{program}：命令写得不对（{why}）。请用 {program} -h 查看写法。",
    "E34": "方案包有 {n} 处错误，请逐一改正：{said}",
    # rounds
    # screen
    "E36": "这一版还不能用 --engine spark，请去掉它，用 polars 运行。",
    "E37": "用 --input 时，请同时写明 --findings 和 --rollup 两个输出文件。",
    # serve
    "E38": "端口“{read}”不对，请写 1 到 65535 的数",
    "E39": "地址“{host}”不对，请写本机的 IP 地址，或 0.0.0.0。",
    "E40": "没有权限用端口 {port}，请换一个 1024 以上的：--port 8000。",
    "E41": "端口 {port} 已被占用或地址 {host} 不在本机，请先停下占用的程序，或换一个：--port {free}。",
    "E42": "网页服务没能打开，原因见上面的记录，请改好再运行。",
    # setup
    "E43": "日期“{read}”不对，请写成 2022-03-10",
    "E44": "方案包有 {n} 处错误，没有载入，请逐一改正：{said}",
    # tokens
    "E45": "没有账号“{user}”，或已停用；请先用 paicha user create 建一个。",
    # uploads
    "E46": "导入编号写得不对，请用 paicha upload list 查看编号。",
    # users
    "E47": "请在 --areas 里写至少一个区划代码，如 610881101201。",
    # columns
    "E48": "列的类型不对：{wrong}。请改正后再来。",
    # part files
    "E49": "{file} 不是完整的 Parquet 文件：请重新导出。",
    "E50": "找不到文件 {source}：请核对路径，--input 要一个 Parquet 文件，或一个装着 Parquet 文件的文件夹。",
    "E51": "文件夹 {source} 里没有 Parquet 文件（名字以 .parquet 结尾）：请核对路径。",
    "E52": "{file} 的 {name} 和前面的文件不是一种类型，合不到一起：请按同一种类型重新导出。",
    # screening
    "E53": "没有文件夹 {folder}：请先建好，或换一个输出位置。",
    "E54": "{target} 在要读的文件夹里面，下次会被当成答案来读：请换一个输出位置。",
    "E55": "{file} 读到一半出错：请重新导出这个文件。",
    "E56": "{file} 缺少列 {missing}：请补上后再来。",
    "E57": "{place}的 {name} 超出 {lowest} 到 {highest}：请改正。",
    # module
    "E58": "{id} 的提示里写了 {question}，没有这道题：请改正",
    "E59": "{id} 的提示里 {name} 写法太复杂，浏览器说不出：请只写题目的名称",
    # javascript
    "E60": "{value} 超过 2 的 53 次方，浏览器算不准：请缩小这个数",
    # targets
    "E61": "没有目标 {target}，请用现有的：{targets}",
    # clock
    "E65": "只有演示数据的时钟可以调整；本机存放的是正式数据，时钟以系统时间为准，请调整系统时间。",
    # packs
    "E66": "没有叫 {name} 的方案包，也没有这个文件夹。请写方案包的名字或文件夹。",
    # archive
    "E67": "备份 {name} 里有不该有的文件名 {inside}，没有恢复，请换另一份备份。",
    "E72": "找不到名单 {file}，请核对路径。",
    "E73": "没有账号“{user}”，请用 paicha user list 查看。",
    "E70": "要写成文件，请把 --as 和 --output 一起写，如 --as xlsx --output out。",
})  # fmt: skip
