"""Period codes: 2024A is the annual report of 2024, 2024M05 the monthly one of January to May.

2024M01 is a code as well; whether January is reported by itself is for the city to say (reporting), not for the code.

2024P05 and 2024P are practised (演练): the same tables and the same time, and no real period's code. `parse` does not
know them, so that nothing that reads a code from outside takes one for the other; `parse_any` is for what is stored.
What lies behind a practised period, what comes before and after it, is real.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import total_ordering

PRACTISED = "P"  # the letter no real period's code has


class BadPeriod(ValueError):
    """A period code that names no period; the text is a Chinese sentence for the person who typed it."""


@total_ordering
@dataclass(frozen=True)
class PeriodCode:
    year: int
    month: int | None = None  # None: annual
    practised: bool = False

    def __post_init__(self) -> None:
        if self.month is not None and not 1 <= self.month <= 12:
            raise BadPeriod(f"报告期的月份应为01至12，现在是“{self.month}”。")

    @classmethod
    def parse(cls, text: str) -> "PeriodCode":
        if match := re.fullmatch(r"([12][0-9]{3})A", text):
            return cls(int(match[1]))
        if match := re.fullmatch(r"([12][0-9]{3})M([0-9]{2})", text):
            return cls(int(match[1]), int(match[2]))
        if re.fullmatch(r"[12][0-9]{3}Q[1-4]", text):
            raise BadPeriod(f"“{text}”是季报报告期，现行制度没有季报。")
        raise BadPeriod(f"“{text}”不是报告期代码：年报写作2024A，月报写作2024M05。")

    @classmethod
    def parse_any(cls, text: str) -> "PeriodCode":
        """The code of a real period or of a practised one."""
        if match := re.fullmatch(rf"([12][0-9]{{3}}){PRACTISED}([0-9]{{2}})?", text):
            return cls(int(match[1]), int(match[2]) if match[2] else None, practised=True)
        return cls.parse(text)

    def __lt__(self, other: "PeriodCode") -> bool:
        """The annual report of a year comes after its December and before the next January: it is collected in the
        spring of the next year, under the notice that asks for the months of that year."""
        return (self.year, self.month or 13) < (other.year, other.month or 13)

    @property
    def preceding(self) -> "PeriodCode":
        """The one right before it in this order, of whatever kind: the annual report of 2023 before January 2024."""
        match self.month:
            case None:
                return PeriodCode(self.year, 12)
            case 1:
                return PeriodCode(self.year - 1)
        return PeriodCode(self.year, self.month - 1)

    @property
    def following(self) -> "PeriodCode":
        match self.month:
            case None:
                return PeriodCode(self.year + 1, 1)
            case 12:
                return PeriodCode(self.year)
        return PeriodCode(self.year, self.month + 1)

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        month = "" if self.month is None else f"{self.month:02d}"
        return f"{self.year}{PRACTISED if self.practised else 'M' if month else 'A'}{month}"

    @property
    def real(self) -> "PeriodCode":
        """The period that is practised; a real one itself."""
        return PeriodCode(self.year, self.month)

    @property
    def to_practise(self) -> "PeriodCode":
        return PeriodCode(self.year, self.month, practised=True)

    @property
    def is_annual(self) -> bool:
        return self.month is None

    @property
    def frequency(self) -> str:
        return "annual" if self.is_annual else "month"

    @property
    def label(self) -> str:
        words = f"{self.year}年年报" if self.is_annual else f"{self.year}年{self.month}月"
        return f"{words}（演练）" if self.practised else words

    @property
    def begin(self) -> date:
        return date(self.year, self.month or 1, 1)

    @property
    def end(self) -> date:
        month = self.month or 12
        return date(self.year, month, monthrange(self.year, month)[1])

    @property
    def opens_on(self) -> date:
        """Filling begins on the day after its end."""
        return self.end + timedelta(days=1)

    def behind(self, word: str) -> "PeriodCode | None":
        """The earlier period that a looking-back word of the notation reads; None where there is none. Whoever supplies
        history asks here: what stands behind a word is decided nowhere else."""
        match word:
            case "prev":
                return None if self.is_annual else self.previous()
            case "year_ago":
                return None if self.is_annual else self.year_ago()
            case "december":
                return self.december() if self.is_annual else None
            case "last_annual":
                return self.last_annual()
        raise ValueError(f"{word} is no word that looks back")

    def previous(self) -> "PeriodCode | None":
        """The month before in the same year; the year before for an annual report. January has none, and what
        February has before it was filed only where January is reported by itself."""
        if self.month is None:
            return self.year_ago()
        return PeriodCode(self.year, self.month - 1) if self.month > 1 else None

    def year_ago(self) -> "PeriodCode":
        return PeriodCode(self.year - 1, self.month)

    def december(self) -> "PeriodCode":
        return PeriodCode(self.year, 12)

    def last_annual(self) -> "PeriodCode":
        return PeriodCode(self.year - 1)
