"""What must be so on every day of the year, each reckoned outside the product. A checker yields a sentence for each
thing that is not. `no_500` is the walk's own: it notes every page that breaks."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from django.urls import reverse

from accounts.models import Letter
from reporting.models import BaseAdjustment, DistrictResult, Filing, Period, Release, Submission
from reporting.releases.rebuilding import CannotRebuild, rebuilt
from reporting.totals.aggregation import summarise
from tests.reading import markup_of
from tests.year.actors import WITH_FIRM
from tests.year.city import EDITION
from tests.year.pages import rows_of
from tests.year.records import add_up, as_figure, counted_in, sent_by_filing, stands, values_of, was_in_time
from tests.year.walk import Walk

# What a line of the journal does to the state of its filing: state before → after, or either of two where the lock or
# the draft decides; BACK is as it was before 确定上报.
BACK = "back"
LEADS: dict[str, dict[str, str]] = {
    "保存": {"00": "10", "10": "10", "40": "40", "90": "90"},
    "数据审核": {"00": "10", "10": "10", "40": "40", "90": "90"},
    "说明": {"00": "10", "10": "10", "40": "40", "90": "90"},
    "确定上报": {"10": "30", "40": "30", "90": "30"},
    "撤回上报": {"30": BACK},
    "申请修订": {"50": "90"},
    "放弃修订": {"90": "50 80", "40": "50 80"},
    "区县审核通过": {"30": "50 80"},
    "撤销审核通过": {"50": "30"},
    "退回企业": {"30": "40", "35": "40", "55": "40", "60": "40"},
    "区县查询": {"30": "35"},
    "企业答复": {"35": "30"},
    "区县答复市级": {"55": "50 80", "60": "50 80"},
    "市级查询": {"50": "55"},
    "市级退回区县": {"50": "60", "55": "60"},
    "不须报": {"00": "99", "10": "99"},
    "恢复应报": {"99": "00 10"},
    "同意补报": {"55": "55 90", "60": "60 90", "80": "90", "99": "00 10", **{state: state for state in WITH_FIRM}},
}


def journal(walk: Walk) -> Iterator[str]:
    """Played back line by line, the journal gives every state there is: no change without its line, no line without its
    change. What else changes (a date, a lock, the register) has a line that names it."""
    seen, book = walk.seen, walk.known.setdefault("book", {})
    sent_from = walk.known.setdefault("sent from", {})
    of = {(enterprise, period): pk for pk, (enterprise, period, _) in seen.states.items()}
    for change in seen.changes:
        if not change.before:
            book[change.filing] = change.after
            if not seen.lines:
                yield f"{change.period} 的填报 {change.filing} 出现了，日志没有一行。"
    for line in seen.lines:
        if line.action == "锁定报告期":
            for pk, (_, period, _) in seen.states.items():
                if period == line.period and book[pk] == "50":
                    book[pk] = "80"
        pk = of.get((line.enterprise, line.period))
        lead = next((lead for word, lead in LEADS.items() if line.action.startswith(word)), None)
        if pk is None or lead is None:
            continue
        if book[pk] not in lead:
            yield f"{line.period} 的填报 {pk}：日志写“{line.action}”，当时状态是 {book[pk]}。"
            continue
        if line.action == "确定上报":
            sent_from[pk] = book[pk]
        after, now = lead[book[pk]].replace(BACK, sent_from.get(pk, "")).split(), seen.states[pk][2]
        book[pk] = now if now in after else after[0]
    for change in seen.changes:
        if book[change.filing] != change.after:
            yield (
                f"{change.period} 的填报 {change.filing} 由 {change.before} 变为 {change.after}，"
                f"日志说的是 {book[change.filing]}。"
            )
            book[change.filing] = change.after  # said once
    named = {(line.action, line.period) for line in seen.lines}
    firms = {line.enterprise for line in seen.lines}
    for code in seen.locked_now:
        if ("锁定报告期", code) not in named:
            yield f"{code} 锁定了，日志没有写。"
    for code in seen.moved_dates:
        if not any(period == code and "截止日" in action for action, period in named):
            yield f"{code} 的截止日变了，日志没有写。"
    for name, firm in seen.changed_facts:
        if firm not in firms:
            yield f"企业 {firm} 的 {name} 变了，日志没有写。"


def history(walk: Walk) -> Iterator[str]:
    """What a new submission carries from earlier filings is what stands of them."""
    last = walk.known.get("last submission", 0)
    for new in Submission.objects.filter(pk__gt=last).select_related("filing__period").order_by("pk"):
        walk.known["last submission"] = new.pk
        filing, code = new.filing, new.filing.period.parsed
        behind = {"p": (code.last_annual(), "y"), "b": (code.last_annual(), "e")}
        if not code.is_annual:
            behind = {"c2": (code.year_ago(), "c1"), "c3": (code.previous(), "c1")}
        adjusted = set(BaseAdjustment.objects.filter(filing=filing, granted=True).values_list("cell", flat=True))
        for column, (earlier, source) in behind.items():
            before = Filing.objects.filter(enterprise=filing.enterprise, period=str(earlier)).first()
            standing = before and stands(sent_by_filing([before.pk])[before.pk], new.submitted_at)
            if not standing:
                continue
            filed = values_of([standing.pk])[standing.pk]
            for cell, text in new.values.items():
                row, _, at = cell.partition(".")
                stood = as_figure(filed.get(f"{row}.{source}", ""))
                if at != column or adjusted or stood is None or not EDITION.is_carried(cell):
                    continue
                if as_figure(text) != stood:
                    yield f"{new.receipt} 的 {cell} 是 {text}，{earlier} 上报的 {row}.{source} 是 {stood}。"


def totals(walk: Walk) -> Iterator[str]:
    """The totals of every open period, of the city and of each district, are the sums of what counts, to the last
    digit; and the pages show them."""
    for period in Period.objects.filter(state="open"):
        own, summary = add_up(period.pk), summarise(period, walk.at)
        for area in (summary.city, *summary.districts):
            cells = {cell: figure for cell, figure in area.totals.figures.items()}
            for cell in cells.keys() | {cell for cell in own[area.code] if cell in summary.city.totals.figures}:
                if cells.get(cell, Decimal(0)) != own[area.code].get(cell, Decimal(0)):
                    yield f"{period.pk} {area.name} {cell} 汇总 {cells.get(cell)}，另算 {own[area.code].get(cell)}。"
        lost = own.keys() - {"", *(area.code for area in summary.districts)}
        if lost or (own[""] and not summary.city.totals.figures):
            yield f"{period.pk} 的汇总里没有 {sorted(lost) or '任何数'}。"
        yield from shown_totals(walk, period, own)


def shown_totals(walk: Walk, period: Period, own) -> Iterator[str]:
    """One table of one area, on one of the pages that show it."""
    tables = [table for table in EDITION.tables if table.frequency == period.parsed.frequency and has_sums(table)]
    table, district = walk.glance.choice(tables), walk.glance.choice(walk.city.districts)
    asked = f"?period={period.pk}&table={table.key}"
    pages = (
        (walk.city.city, f"{reverse('city_totals')}{asked}", ""),
        (walk.city.association, f"{reverse('city_totals')}{asked}&area={district.code}", district.code),
        (walk.city.clerks[district.pk], f"{reverse('district_totals')}{asked}", district.code),
    )
    for person, path, code in [walk.glance.choice(pages)]:
        answer = walk.look(person, path)
        if answer.status_code != 200:
            continue
        for row in rows_of(markup_of(answer)):
            name, *shown = row
            indicator = EDITION.indicators.get(name.partition(" ")[0])
            if not indicator or not shown or indicator.table != table.code:
                continue
            column = indicator.columns[0]
            cell = f"{indicator.code}.{column}"
            place = [each.key for each in table.columns].index(column)
            figure = as_figure(shown[place].replace(",", ""))
            if indicator.adds_up_in(column) and figure != own[code].get(cell):  # blank where nobody filled it
                yield f"{path} 显示 {cell} 为 {shown[place]}，另算 {own[code].get(cell)}。"


def has_sums(table) -> bool:
    return any(row.adds_up_in(key) for row in table.indicators for key in row.columns)


def locked_stands_still(walk: Walk) -> Iterator[str]:
    """Once locked, neither which submissions count, nor the totals, nor the districts' results change, nor a release:
    it is written again as it was, one of them a day."""
    releases = list(Release.objects.order_by("pk"))
    for release in releases[walk.today.toordinal() % len(releases) :][:1] if releases else []:
        try:
            rebuilt(release)
        except CannotRebuild as problem:
            yield str(problem)
    kept = walk.known.setdefault("locked", {})
    for period in Period.objects.filter(state="locked"):
        summary = summarise(period, walk.at)
        standing = {
            "发布": [release.code for release in releases if release.period_id == period.pk],
            "计入的上报件": sorted(each.pk for _, each in counted_in(period.pk).values()),
            "汇总": {a.code: dict(a.totals.figures) for a in (summary.city, *summary.districts) if a.totals.figures},
            "区县工作情况": dict(DistrictResult.objects.filter(period=period).values_list("district", "measures")),
        }
        own = {code: dict(figures) for code, figures in add_up(period.pk).items()}
        before = kept.setdefault(period.pk, standing)
        for what, figures in standing.items():
            if figures != before[what]:
                yield f"{period.pk} 锁定后{what}变了：{differing(before[what], figures)}。"
        for code, figures in standing["汇总"].items():
            if wrong := {cell for cell, figure in figures.items() if own.get(code, {}).get(cell) != figure}:
                yield f"{period.pk} 锁定的汇总与另算不同：{code} {sorted(wrong)[:3]}。"


def differing(before, after) -> str:
    if isinstance(before, list):
        return f"{sorted(set(before) ^ set(after))}"
    return f"{[key for key in before.keys() | after.keys() if before.get(key) != after.get(key)]}"


def on_time(walk: Walk) -> Iterator[str]:
    """Each submission is in time or late by an own reckoning, and a filing is late when what stands of it is."""
    sent = sent_by_filing()
    for filing in Filing.objects.filter(pk__in=list(sent)):
        reckoned = was_in_time(filing, sent[filing.pk], walk.seen.due[filing.period_id])
        for each in sent[filing.pk]:
            if each.on_time != reckoned[each.pk]:
                said, own = ("按时" if word else "迟报" for word in (each.on_time, reckoned[each.pk]))
                which = f"第 {each.number} 次（{each.at:%m-%d %H:%M}）"
                yield f"{filing.period_id} 填报 {filing.pk} {which}记为{said}，另算{own}。"
        late = any(not reckoned[each.pk] for each in sent[filing.pk] if each.recalled_at is None)
        if filing.late != late:
            yield f"{filing.period_id} 填报 {filing.pk} {'标为' if filing.late else '没有标为'}迟报，另算相反。"


def reminded(walk: Walk) -> Iterator[str]:
    """No letter asks for what was sent and stands, nor for what is not owed. What was sent back does not stand, but
    a returned amendment leaves standing what it amends. Looked at when a beat has run."""
    known = walk.known.setdefault("letters", set())
    letters = Letter.objects.filter(stem__startswith="reminder/").exclude(state="withdrawn").exclude(pk__in=known)
    letters = list(letters.values_list("pk", "stem", "topic", "state", "to"))
    sent = sent_by_filing({int(topic.partition(":")[2]) for _, _, topic, _, _ in letters})
    for pk, stem, topic, state, to in letters:
        filing = int(topic.partition(":")[2])
        if state == "sent":
            known.add(pk)
        _, period, standing = walk.seen.states[filing]
        if standing == "99":
            yield f"{to} 已停报、不须报 {period}，仍收到 {stem}。"
        there = [each for each in sent.get(filing, ()) if each.recalled_at is None]
        if any(each.stands_at(walk.at) for each in there[-1:]):
            yield f"{to} 的 {period} 已上报，仍收到 {stem}。"
        elif any(each.approved_at() and each.stands_at(walk.at) for each in there):
            yield f"{to} 的 {period} 已有审核通过的一份计入，仍收到 {stem}。"


AFTER_EACH = (journal, history)
AFTER_DAY = (totals, locked_stands_still, on_time, reminded)
