"""Which year and month the words above a statement speak of."""

import re
from collections.abc import Iterator

from reporting.books.amounts import squeezed

# When it was made is not what it is of: 报送日期：2024-06-05.
MADE_ON = re.compile(r"(?:打印|报送|填报|填表|制表|导出|编报|申报|生成)(?:日期|时间):?[0-9年月日:./-]*")
SPAN = re.compile(r"(20[0-9]{2})年([0-9]{1,2})月?(?:0?1日)?[-—~至到]([0-9]{1,2})月")
DATES = re.compile(
    r"(20[0-9]{2})(?:年度?|[-./])(?:第?([0-9]{1,2}|十[一二]?|[一二三四五六七八九])(季|月|期|[-./]|(?![0-9])))?"
)
IN_CHINESE = {word: number for number, word in enumerate("一 二 三 四 五 六 七 八 九 十 十一 十二".split(), start=1)}
ONE_MONTH = re.compile("(?<![0-9])([0-9]{1,2})月")
PART_OF_YEAR = re.compile("[0-9一二三四五六七八九十]月|季度|季报|半年|中期|月报|第[0-9]+期")
OF_YEAR, OF_MONTH, UNSAID = "year", "month", ""


def squeezed_line(line: str) -> str:
    return "\t".join(squeezed(piece) for piece in line.split("\t"))


def month_said(text: str) -> tuple[int, int] | None:
    """The last month that is named above the figures, or the year alone."""
    plain = without_when_made(text)
    if spans := SPAN.findall(plain):
        return max((int(year), int(last)) for year, _, last in spans)
    return max(months_in(plain), default=None)


def span_said(text: str) -> str:
    """Whether figures under these words are of a year or of its months from January on, or of one month or another part
    of the year; unsaid where the words name neither."""
    plain = without_when_made(text)
    said = set(months_in(plain))
    months = {each for each in said if each[1]}
    from_january = any((year, 1) in months for year, month in months if month > 1)
    if from_january or any(int(first) == 1 for _, first, _ in SPAN.findall(plain)):
        return OF_YEAR
    if months or PART_OF_YEAR.search(plain):
        return OF_MONTH
    return OF_YEAR if said else UNSAID


def last_month_in(head: str) -> int:
    """0 where the head of a column names none."""
    if named := ONE_MONTH.findall(squeezed(head)):
        return int(named[-1])
    return (month_said(head) or (0, 0))[1]


def names_a_time(head: str) -> bool:
    """Next time such a head stands over other figures, or its figures under another head."""
    return span_said(head) != UNSAID


def without_when_made(text: str) -> str:
    return MADE_ON.sub("", squeezed_line(text))


def months_in(plain: str) -> Iterator[tuple[int, int]]:
    """Years with their months, a quarter by its last; 0 where the year stands alone."""
    for year, number, what in DATES.findall(plain):
        month = IN_CHINESE.get(number) or int(number or 0)
        month = month * 3 if what == "季" else month
        if month <= 12:
            yield int(year), month
