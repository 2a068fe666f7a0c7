"""The definitions of a city that has nothing of ours: three tables with other codes and columns, five rules, three
districts."""

from pathlib import Path

CODE = "linjiang-2024"
EDITION = """
title = "临江市软件业统计调查（2024）"
basis = "临统〔2024〕1号"
valid_from = 2023

[units]
"千元" = { kind = "money", decimals = 1 }
"名" = { kind = "count", decimals = 0 }

[parameters.EPS]
title = "容差"
default = "0.05"
provenance = "derived"
"""
CODES = """
[lists.L1]
title = "门类"
source = "市定"
provenance = "official"
entries = [["甲", "软件"], ["乙", "服务"]]

[lists.L2]
title = "原因"
source = "市定"
provenance = "official"
entries = [["1", "季节性"], ["9", "其他"]]

[lists.L3]
title = "报送区域"
source = "市定"
provenance = "official"
from_districts = true
"""
DISTRICTS = """
[[district]]
code = "339101"
name = "东岸区"
kind = "区"
valid_from = 2020-01-01

[[district]]
code = "339102"
name = "西岸区"
kind = "区"
valid_from = 2020-01-01

[[district]]
code = "339103"
name = "江心岛"
kind = "区"
valid_from = 2020-01-01
"""
RULES = """
[[rule]]
id = "D1"
level = "error"
kind = "rule"
where = "企调二"
columns = ["n"]
texts = ["S2 <= S1"]
message = "软件部分不得大于营业额"

[[rule]]
id = "D2"
level = "warning"
kind = "rule"
where = "企调二"
texts = ["S1.n <= 10 * S3.n"]
message = "人均营业额偏高"

[[rule]]
id = "D3"
level = "error"
kind = "cell"
where = "各表"
message = "必填项为空"

[[rule]]
id = "D4"
level = "error"
kind = "rule"
where = "企调三"
columns = ["j", "w"]
texts = ["near(N1, N2 + N3, eps(2))"]
message = "合计应等于两部分之和"

[[rule]]
id = "D5"
level = "warning"
kind = "rule"
where = "企调一"
texts = ["iff(M14 == '是', has(M13, '甲'))"]
message = "门类与上云情况不符"
"""
QUESTIONS = """
[table]
code = "企调一"
key = "t1"
title = "单位情况"
frequency = "annual"
unit_note = ""
source = "市定"
provenance = "official"

[columns]
a = { label = "答", required = true }

[defaults]
columns = ["a"]
source = "市定"
provenance = "official"
required = true

[[indicator]]
code = "11"
name = "信用代码"
kind = "credit_code"

[[indicator]]
code = "12"
name = "名称"
kind = "text"

[[indicator]]
code = "13"
name = "门类"
kind = "codes"
code_list = "L1"

[[indicator]]
code = "14"
name = "是否上云"
kind = "yes_no"

[[indicator]]
code = "15"
name = "是否重点单位"
kind = "yes_no"
origin = "register"
"""
MONTH = """
[table]
code = "企调二"
key = "t2"
title = "月度经营"
frequency = "month"
unit_note = "千元"
source = "市定"
provenance = "official"

[columns]
n = { label = "年初至今", required = true }
q = { label = "上年同期", carry = "year_ago(n)" }
z = { label = "上月止", carry = "prev(n)", applies_when = "month > 2" }
g = { label = "增长（%）", auto = "growth(n, q)", kind = "percent", unit = "%", decimals = 1 }

[defaults]
columns = ["n", "q", "z", "g"]
unit = "千元"
nature = "累计"
source = "市定"
provenance = "official"
required = true

[[indicator]]
code = "S1"
name = "营业额"

[[indicator]]
code = "S2"
name = "其中：软件"
parent = "S1"
relation = "其中"
depth = 1

[[indicator]]
code = "S3"
name = "用工"
unit = "名"
nature = "期末"
"""
YEAR = """
[table]
code = "企调三"
key = "t3"
title = "年度经营"
frequency = "annual"
unit_note = "千元"
source = "市定"
provenance = "official"
applies_when = "M14 == '是'"
why = "上云的单位填本表。"
why_not = "没有上云的单位不填本表。"

[columns]
j = { label = "今年", required = true }
w = { label = "去年", carry = "last_annual(j)", required = true }

[defaults]
columns = ["j", "w"]
unit = "千元"
nature = "累计"
source = "市定"
provenance = "official"
required = true

[[indicator]]
code = "N1"
name = "营业额合计"

[[indicator]]
code = "N2"
name = "软件"

[[indicator]]
code = "N3"
name = "其他"
"""
NAMES = """
[city]
name = "临江市"
short = "临江"
office = "临江市统计局"
site = "临江软件直报"
survey = "临江市软件业统计直报"
"""
WHAT_IT_HAS = """
[rows]
credit_code = "11"
name = "12"
scope = "13"

[figures.month]
headline = "S1.n"
base = "S1.n"

[figures.annual]
headline = "N1.j"

[facts.13]
by = "firm"
short = "门类"
required = true
question = "做什么"

[facts.14]
by = "firm"
short = "上云"
question = "上云了吗"

[facts.15]
by = "city"
short = "重点"
unnamed = "否"

[register]
columns = ["13", "15"]
marks = ["14", "15"]
questions = ["13", "14"]

[reasons]
list = "L2"
other = "9"

[rules]
required = "D3"

[map]
tiles = [{ code = "339101", name = "东岸", row = 1, column = 12 }]
"""


def write(definitions: Path, bare: bool) -> Path:
    """`bare`: with the names of the city and nothing else, as platform.toml may be."""
    folder = definitions / CODE
    folder.mkdir(parents=True)
    files = {
        "edition.toml": EDITION,
        "codes.toml": CODES,
        "districts.toml": DISTRICTS,
        "rules.toml": RULES,
        "t1.toml": QUESTIONS,
        "t2.toml": MONTH,
        "t3.toml": YEAR,
        "platform.toml": NAMES if bare else NAMES + WHAT_IT_HAS,
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return definitions
