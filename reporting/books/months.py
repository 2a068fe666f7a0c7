"""Which year and month the words above a statement speak of."""

import re

from reporting.books.amounts import squeezed

# When it was made is not what it is of: 报送日期：2024-06-05.
MADE_ON = re.compile(r"(?:打印|报送|填报|填表|制表|导出|编报|申报|生成)(?:日期|时间):?[0-9年月日:./-]*")
SPAN = re.compile(r"(20[0-9]{2})年([0-9]{1,2})月?[-—~至到]([0-9]{1,2})月")
DATES = re.compile(r"(20[0-9]{2})(?:年度?|[-./])(?:第?([0-9]{1,2}|[一二三四])(季|月|期|[-./]|(?![0-9])))?")
QUARTERS = {"一": 1, "二": 2, "三": 3, "四": 4}


def squeezed_line(line: str) -> str:
    return "\t".join(squeezed(piece) for piece in line.split("\t"))


def month_said(text: str) -> tuple[int, int] | None:
    """The last month that is named above the figures, or the year alone."""
    plain = MADE_ON.sub("", squeezed_line(text))
    if spans := SPAN.findall(plain):
        return max((int(year), int(last)) for year, _, last in spans)
    said = []
    for year, number, what in DATES.findall(plain):
        month = QUARTERS.get(number) or int(number or 0)
        said.append((int(year), month * 3 if what == "季" else month))
    return max((each for each in said if each[1] <= 12), default=None)
