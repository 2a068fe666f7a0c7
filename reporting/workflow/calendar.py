"""What the city does with the calendar: enter a year's arrangement, choose how the holiday clause is read."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction

from accounts import journal
from accounts.models import User
from reporting.dates.arrangements import Calendar, Notice, contradictions, published_calendar, rows_to_keep
from reporting.dates.deadlines import ClauseReading, Due, due_for, squeezed
from reporting.letters.about_deadlines import deadline_moved
from reporting.models import Arrangement, Deadline, Period, ReadingChoice, calendar_in_force, choice_in_force
from reporting.models import reading_in_force as reading_now
from reporting.workflow.guards import Refused, be_the_city, brief
from reporting.workflow.reckoning import reckon_anew

READING_WORDS: Mapping[str, Mapping[str | bool, str]] = {
    "counts": {"announced": "放假安排内的每一天", "weekdays": "放假安排内的周一至周五", "festival": "节日当天"},
    "lands_on": {"next_day": "放假后的第一天", "working_day": "放假后的第一个工作日"},
    "every_level": {False: "只有企业和区县月报的截止日", True: "各级截止日一律"},
    "reports_january": {False: "1月不单独报送", True: "1月单独报送"},
}
READING_NAMES = {
    "counts": "哪些放假日顺延",
    "lands_on": "顺延到哪一天",
    "every_level": "哪些截止日顺延",
    "reports_january": "1月月报",
}


@dataclass(frozen=True)
class DateEffect:
    """What another calendar says of one stored date of an open period."""

    deadline: Deadline
    due: Due

    @property
    def moves(self) -> bool:
        return self.deadline.date != self.due.date


@dataclass(frozen=True)
class Effects:
    settled: tuple[DateEffect, ...]  # provisional until now: stored anew
    left: tuple[DateEffect, ...]  # settled before: what was stored stands, the city may move it by hand


def effects_of(calendar: Calendar) -> Effects:
    """What would change in the open periods if this calendar were in force."""
    settled, left = [], []
    for deadline in _reckoned_dates():
        parsed = deadline.period.parsed
        due = due_for(deadline.level, parsed.year, parsed.month, calendar, deadline.period.reading)
        if due.provisional:
            continue
        if deadline.provisional:
            settled.append(DateEffect(deadline, due))
        elif due.date != deadline.date:
            left.append(DateEffect(deadline, due))
    return Effects(tuple(settled), tuple(left))


def squeezed_by(settled: Iterable[DateEffect], calendar: Calendar) -> list[str]:
    """What settling leaves a level too little time for; its own date may have been set by hand."""
    by_period: dict[Period, dict[str, Due]] = {}
    for effect in settled:
        by_period.setdefault(effect.deadline.period, {})[effect.due.level] = effect.due
    return [
        f"{period.label}{sentence}"
        for period, dues in by_period.items()
        for sentence in squeezed([dues.get(due.level, due) for due in period.dues], calendar).values()
    ]


def _reckoned_dates() -> Iterator[Deadline]:
    """The stored dates of open periods that nobody set by hand, in the order of their periods and levels."""
    open_periods = Period.objects.filter(state=Period.OPEN).select_related("read_as").prefetch_related("deadlines")
    for period in sorted(open_periods, key=lambda period: period.parsed):
        for level, _ in Deadline.LEVELS:
            deadline = period.deadline(level)
            if not deadline.by_hand:
                deadline.period = period
                yield deadline


def enter_arrangement(
    notice: Notice, by: User, at: datetime, correction: str = "", previewed_at: datetime | None = None
) -> Arrangement:
    """Put one year's arrangement in force, and settle what was provisional without it.

    A notice is entered once; entering it again with other days or words is a correction and says why. What somebody
    else entered since the preview is not replaced unseen.
    """
    be_the_city(by)
    for sentence in contradictions(notice):
        raise Refused(sentence)
    correction = brief(correction, 200, "更正说明")
    try:
        with transaction.atomic():
            standing = Arrangement.objects.select_for_update().filter(year=notice.year, replaced_at=None).first()
            if standing and is_same(standing.notice, notice):
                return standing  # the second click
            refuse_known(notice, correction)
            if standing and previewed_at and standing.entered_at > previewed_at:
                raise Refused(
                    f"预览之后，{notice.year}年放假安排（{standing.number}）刚由{standing.entered_by}录入。"
                    "请先核对；仍要取代的，重新预览后再确认。"
                )
            return _put_in_force(notice, standing, by, at, correction)
    except IntegrityError as error:
        raise Refused(f"{notice.year}年放假安排刚刚已由他人录入，请刷新页面查看。") from error


def is_same(one: Notice, other: Notice) -> bool:
    return plain(one.number) == plain(other.number) and one.days == other.days and head_of(one) == head_of(other)


def head_of(notice: Notice) -> tuple[str, str]:
    return notice.title.strip(), notice.url.strip()


def refuse_known(notice: Notice, correction: str) -> None:
    """The same number again: for another year it is a slip; for this year it must say that it corrects."""
    shipped = published_calendar().notices
    for known in [*(row.notice for row in Arrangement.objects.all()), *shipped]:
        if plain(known.number) != plain(notice.number):
            continue
        if known.year != notice.year:
            raise Refused(f"文号“{notice.number}”已用于{known.year}年的放假安排，请核对文号和年份。")
        if not correction:
            if is_same(known, notice):
                raise Refused(f"{notice.year}年放假安排（{known.number}）已在系统中，内容相同，不需要再次录入。")
            what = "标题或网址" if known.days == notice.days else "日期"
            raise Refused(
                f"文号“{notice.number}”已录入过，这次的{what}不同。"
                "确是更正录入错误的，请在“更正说明”里写明错在哪里；另有新通知的，请填新通知的文号。"
            )


def plain(number: str) -> str:
    """A 文号 without the ways of typing it: spaces, full width, the several brackets."""
    text = re.sub(r"\s", "", unicodedata.normalize("NFKC", number))
    return text.translate(str.maketrans("〔〕［］【】()（）", "[][][][][]"))


def _put_in_force(notice: Notice, standing: Arrangement | None, by: User, at: datetime, correction: str) -> Arrangement:
    before = calendar_in_force().notice_for(notice.year)
    if standing:
        standing.replaced_at = at
        standing.save(update_fields=["replaced_at"])
    entered = Arrangement.objects.create(
        year=notice.year,
        number=notice.number.strip(),
        title=notice.title.strip(),
        url=notice.url.strip(),
        festivals=rows_to_keep(notice),
        entered_by=by,
        entered_at=at,
    )
    journal.record(
        by=by,
        at=at,
        action="录入放假安排",
        subject=f"{notice.year}年放假安排",
        before=in_few_words(before) if before else None,
        after=in_few_words(notice),
        why=correction,
    )
    settle_provisional(by, at)
    return entered


def in_few_words(notice: Notice) -> dict[str, str]:
    runs = {
        festival.name: f"{festival.first_day_off}至{festival.last_day_off}"
        + "".join(f"，{day}上班" for day in sorted(festival.working_weekends))
        for festival in notice.festivals
    }
    return {"文号": notice.number, **runs}


def settle_provisional(by: User | None, at: datetime) -> int:
    """Reckon what was provisional with the calendar now in force, and tell those whose date it moved. Returns how many
    dates were settled. `by` is None when the notice came with the program."""
    calendar = calendar_in_force()
    if not effects_of(calendar).settled:
        return 0
    list(Period.objects.select_for_update().filter(state=Period.OPEN).order_by("pk").values_list("pk"))
    settled = effects_of(calendar).settled  # again: under the lock nobody sets one by hand
    by_period: dict[str, list[DateEffect]] = {}
    for effect in settled:
        by_period.setdefault(effect.deadline.period_id, []).append(effect)
    for effects in by_period.values():
        if notice := calendar.notice_for(effects[0].due.nominal.year):  # without one nothing is settled
            _settle(effects, notice, by, at)
    return len(settled)


def _settle(effects: list[DateEffect], notice: Notice, by: User | None, at: datetime) -> None:
    period = effects[0].deadline.period
    why = f"国务院公布{notice.year}年放假安排，暂定的截止日确定"
    before = {effect.deadline.level: effect.deadline.date for effect in effects}
    after = {effect.deadline.level: effect.due.date for effect in effects}
    for effect in effects:
        deadline, due = effect.deadline, effect.due
        deadline.date, deadline.moved, deadline.why, deadline.provisional = due.date, due.moved, due.why, False
        deadline.save(update_fields=["date", "moved", "why", "provisional"])
    reckoned = reckon_anew(period) if before != after else {}
    journal.record(
        by=by,
        at=at,
        action="确定暂定截止日",
        subject=period.label,
        period=period.code,
        before=dated(before),
        after=dated(after) | {"文号": notice.number} | reckoned,
        why=why,
    )
    moved = {level: day for level, day in before.items() if day != after[level]}
    if moved:
        deadline_moved(period, moved, after, why, notice.number, at)


def dated(days: dict[str, date]) -> dict[str, str]:
    return {words: str(days[level]) for level, words in Deadline.LEVELS if level in days}


@transaction.atomic
def choose_reading(reading: ClauseReading, by: User, at: datetime, reason: str) -> ReadingChoice | None:
    """How the holiday clause is read for periods opened from now on; what is stored stays as it was reckoned."""
    be_the_city(by)
    before = reading_now()
    if before == reading:
        return choice_in_force()  # the second click
    if not reason.strip():
        raise Refused("请写明改变口径的依据，例如通知的文号。")
    choice = ReadingChoice.objects.create(
        counts=reading.counts,
        lands_on=reading.lands_on,
        every_level=reading.every_level,
        reports_january=reading.reports_january,
        reason=brief(reason, 300, "依据"),
        by=by,
        at=at,
    )
    old, new = journal.changes(reading_in_words(before), reading_in_words(reading))
    journal.record(by=by, at=at, action="设定顺延口径", before=old, after=new, why=choice.reason)
    return choice


def reading_in_words(reading: ClauseReading) -> dict[str, str]:
    return {name: READING_WORDS[key][getattr(reading, key)] for key, name in READING_NAMES.items()}
