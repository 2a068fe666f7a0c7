"""What a row of past figures is held against: the register, the districts as they were, the editions, today's date."""

import re
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from accounts.models import District, Enterprise
from accounts.old_codes import OldCodes
from forms_tables.edition import credit_code as credit_codes
from forms_tables.edition.catalog import Edition
from forms_tables.edition.periods import BadPeriod, PeriodCode
from reporting.history.reading.districts import Districts, NoDistrict
from reporting.history.reading.sheets import CODE, DISTRICT, PERIOD, NotTaken, ProblemKind
from reporting.models import published_edition
from reporting.models.in_force import Ungoverned, edition_in_force, stretches
from reporting.models.period import Period

WITH_TOWNS = re.compile("[0-9]{6}0{6}")  # the code of a district in twelve figures


@dataclass
class Beside:
    """Read once for a whole file; `today` is the office's day."""

    today: date
    editions: dict[str, Edition] = field(default_factory=dict)  # by the period

    @cached_property
    def firms(self) -> dict[str, Enterprise]:
        return {firm.credit_code: firm for firm in Enterprise.objects.all()}

    @cached_property
    def old_codes(self) -> OldCodes:
        return OldCodes()

    @cached_property
    def districts(self) -> Districts:
        return Districts()

    def firm(self, text: str, named: str = "") -> Enterprise:
        code = credit_codes.normalise(text)
        called = self.firms[code].name if code in self.firms else named
        if became := self.old_codes.sentence(code, called):
            raise NotTaken(CODE, became, ProblemKind.REGISTER)
        if (firm := self.firms.get(code)) is None:
            wrong = credit_codes.problem_with(code)
            why = wrong or f"名录中没有 {code} 这家企业。请先导入名录，再导入历史。"
            raise NotTaken(CODE, why, ProblemKind.REGISTER)
        return firm

    def period(self, text: str) -> PeriodCode:
        try:
            if (period := PeriodCode.parse_any(text)).practised:
                raise NotTaken(PERIOD, f"“{text}”是演练的报告期，演练的数不是历史，不导入。请用实际报告期的数。")
            return period
        except BadPeriod as wrong:
            raise NotTaken(PERIOD, str(wrong)) from wrong

    def is_history(self, firm: Enterprise, period: PeriodCode) -> None:
        if period.end >= self.today:
            raise NotTaken(PERIOD, f"{period.label}还没有结束，不是历史。由企业到期自己上报。")
        if firm.left_on and firm.left_on < period.begin:
            why = f"名录中该企业 {firm.left_on:%Y-%m-%d} 起已停报，没有{period.label}的数。请核对。"
            raise NotTaken(PERIOD, why, ProblemKind.REGISTER)

    def edition(self, period: PeriodCode) -> Edition:
        if period.code not in self.editions:
            try:
                self.editions[period.code] = published_edition(edition_code_of(period))
            except Ungoverned as ungoverned:
                raise NotTaken(PERIOD, f"{ungoverned}，不知道按哪一套表读。{ungoverned.remedy}。") from ungoverned
        return self.editions[period.code]

    def district(self, firm: Enterprise, period: PeriodCode, named: str) -> District:
        try:
            return self.districts.on(firm, period.end, as_it_is_called(named, self.edition(period).platform.city.name))
        except NoDistrict as none:
            raise NotTaken(DISTRICT, str(none), ProblemKind.REGISTER) from none


def as_it_is_called(named: str, city: str) -> str:
    """A district as the register has it: 渝中区 of 重庆市渝中区, 500103 of 500103000000."""
    plain = named.translate(credit_codes.FULL_WIDTH)
    return plain.removesuffix("0" * 6) if WITH_TOWNS.fullmatch(plain) else plain.removeprefix(city)


def edition_code_of(period: PeriodCode) -> str:
    """Under which edition a past period's cells are named: its own where it was opened here, the one that governs it,
    or, before any did, the first there is."""
    opened = Period.objects.filter(pk=period.code).values_list("edition_code", flat=True).first()
    if opened:
        return opened
    known = stretches()
    return known[0].family if known and period < known[0].first else edition_in_force(period)
