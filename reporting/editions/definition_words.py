"""What the reading of definitions complains of, in the words of the office: its messages name files and are English."""

import re

from forms_tables.edition.model import Edition

# As forms_tables.reading raises them, without the file and the code in front.
SENTENCES = (
    (r"unknown unit (.*)", "没有“{0}”这个计量单位"),
    (r"unknown kind (.*)", "没有“{0}”这种填写内容"),
    (r"a figure needs a unit", "填数字的行须有计量单位"),
    (r"unknown code list (.*)", "没有代码表“{0}”"),
    (r"unknown provenance (.*)", "标注只能是有据或推定，不能是“{0}”"),
    (r"unknown (?:relation|nature|origin) (.*)", "不认识“{0}”"),
    (r"unknown column (.*)", "表里没有“{0}”列"),
    (r"formula for unknown column (.*)", "给没有的“{0}”列写了公式"),
    (r"a starred row must say when it applies", "带星号的行须写明适用条件"),
    (r"unknown parent (.*)", "没有代码为“{0}”的上级指标"),
    (r"is its own ancestor", "不能做自己的上级"),
    (r"duplicate code", "代码已经用过"),
    (r"(.*) is no figure and no parameter", "“{0}”既不是数，也不是参数名"),
    (r"missing (.*)", "缺少{0}"),
    (r"unknown key (.*)", "多出了不认识的项“{0}”"),
    (r"unknown level or kind", "级别或执行方式不对"),
    (r"write applies_when as (.*)", "适用条件须写成 {0} 的样子"),
)


def in_words(error: Exception, edition: Edition | None = None) -> str:
    """The complaint as one sentence: whose it is, and what is wrong."""
    parts = str(error).split(": ")
    said = parts[-1]
    for pattern, sentence in SENTENCES:
        if found := re.fullmatch(pattern, said):
            said = sentence.format(*found.groups())
            break
    else:
        return f"所写的内容不成一套制度（{error}）"
    tables = {f"{table.key}.toml": table.code for table in edition.tables} if edition else {}
    place = "".join(tables.get(part, "" if part.endswith(".toml") else part) + " " for part in parts[:-1]).strip()
    return f"{place}：{said}" if place else said
