"""What is said beside growth: whether it is provisional, on how much it rests, what was left out of it."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from accounts.models import Enterprise
from forms_tables.edition.periods import PeriodCode
from reporting.cuts.dimensions import DIMENSIONS
from reporting.growth.bridge import BASE, LABELS, LEVEL, MISSING, PUBLISHED, UNSAID, GrowthRate
from reporting.growth.comparing import Compared
from reporting.growth.months import Months
from reporting.models import Period
from reporting.models.history import IMPORTED
from reporting.totals.breaks import breaks_in
from reporting.totals.coverage import Coverage, share
from reporting.totals.frozen import newest

ON_PUBLISHED, COMPARABLE, OF_STAYED, ON_LAST_MONTH = "按公布数", "同口径", "留存企业", "环比"
PROVISIONAL = "初步数"


def is_provisional(compared: Compared) -> bool:
    codes = [compared.period.code, *([] if compared.no_then else [compared.then.code])]
    return Period.objects.filter(pk__in=codes, state=Period.OPEN).exists()


def standing_words(compared: Compared, covered: Coverage, basis: str) -> list[str]:
    """On what the figures rest: which periods, whether they are locked, how many firms and how much of last year's
    revenue is in."""
    told = [of_period(compared.period) + coverage_words(covered, basis)]
    if not compared.no_then:
        told.append(of_period(compared.then))
    return told


def of_period(period: PeriodCode) -> str:
    opened = Period.objects.filter(pk=period.code).first()
    if opened is None:
        return f"{period.label}为{IMPORTED}。"
    if opened.is_locked:
        release = newest(period.code)
        return f"{period.label}按发布 {release.code}。" if release else f"{period.label}已锁定。"
    return f"{period.label}尚未锁定，为{PROVISIONAL}。"


def coverage_words(covered: Coverage, basis: str) -> str:
    if not covered.owed:
        return ""
    share = f"，占应报企业{basis}的 {covered.share_approved}%" if covered.share_approved is not None else ""
    return f"应报 {covered.owed} 家，计入审核通过的 {covered.approved} 家{share}。"


def warning_of_missing(compared: Compared, group: str | None) -> str:
    """Beside the growth on what was published: who owes and is not in it yet makes that figure say little."""
    bridge = compared.bridge(group)
    if compared.no_then or compared.no_base or not (count := bridge.firms[MISSING]):
        return ""
    figure = -bridge.amounts[MISSING]
    level, of_published = f"{figure:,}{compared.indicator.unit}", share(figure, bridge.published)
    beside = "" if of_published is None else f"，占上年公布数的 {of_published}%"
    return f"应报而未计入 {count} 家（上年数 {level}{beside}），按公布数的增速不宜单独引用。"


def where_groups_come_from(compared: Compared) -> str:
    """Of a cut by what firms say of themselves; a month's forms do not ask it (reporting.cuts.dimensions)."""
    dimension = DIMENSIONS.get(compared.asked.by)
    if dimension is None or not dimension.row or compared.period.is_annual:
        return ""
    now, then = compared.period.last_annual().label, compared.then.last_annual().label
    return (
        f"{dimension.label}取自当期报表，表里没有的取上报时的名录，再没有的取上一年有效的年报（本期取{now}，上年同期取{then}）；"
        "都没有的列为“未填报”。已锁定的各期保持发布时的分组，以后补报的年报不改变它。"
    )


def left_out_words(compared: Compared, group: str | None) -> list[str]:
    """Whose figures stand on one side alone, or on none."""
    told, bridge, unit = [], compared.bridge(group), compared.indicator.unit
    if not compared.no_base and (count := bridge.firms[UNSAID]):
        level = f"{bridge.amounts[UNSAID]:,}{unit}"
        told.append(f"{count} 家的表里没有上年数，本期 {level} 只计入本期，同口径增速因此偏高。")
    if compared.months:
        told += month_words(compared.months, group, unit)
    return told


def month_on_month(months: Months) -> str:
    return f"{ON_LAST_MONTH}（当月数）" if months.is_cumulative else ON_LAST_MONTH


def months_compared(compared: Compared, group: str | None) -> str:
    """Which firms' figures 环比 is of, and which figures: it can be worked out again."""
    if compared.months is None or (rate := compared.months.rate(group)).base is None:
        return ""
    unit, same = compared.indicator.unit, compared.months.of(group).same
    now, before = f"{rate.now:,}{unit}", f"{rate.base:,}{unit}"
    if compared.months.is_cumulative:
        return f"环比按当月数计算，不用两期累计数相除；只比两月都有当月数的 {same} 家：本月 {now}，上月 {before}。"
    return f"环比只比本期表里填了上期数的 {same} 家：本期 {now}，上期 {before}。"


def month_words(months: Months, group: str | None, unit: str) -> list[str]:
    month, rate, told = months.of(group), months.rate(group), []
    if month.unknown:
        level = f"{month.unknown_level:,}{unit}"
        told.append(f"{month.unknown} 家没有上期累计，算不出当月数，其本年累计 {level} 不计入当月数和环比。")
    if rate.exact is not None and month.firms > month.same:
        before = "上月的当月数" if months.is_cumulative else "上期数"
        told.append(f"{month.firms - month.same} 家没有{before}，不计入环比。")
    return told


def label_of(key: str, compared: Compared) -> str:
    levels = {PUBLISHED: f"{compared.then.label}公布数", BASE: "同口径基数", LEVEL: f"{compared.period.label}"}
    return levels.get(key) or LABELS[key]


def percent(rate: GrowthRate) -> str:
    return "" if rate.shown is None else f"{rate.shown}"


def points(effect: Decimal | None) -> str:
    """Percentage points with their sign, two decimals."""
    return "" if effect is None else f"{effect.quantize(Decimal('0.01'), ROUND_HALF_UP) + 0:+}"


def as_json(compared: Compared) -> dict:
    """Figures as decimal strings; rates as shown and unrounded."""
    told = {
        "period": compared.period.code,
        "cell": compared.cells.own,
        "by": compared.asked.by,
        "then": compared.then.code,
        "provisional": is_provisional(compared),
        **area_as_json(compared, None),
        "breaks": list(breaks_in(compared.period, compared.edition)),
        "movers": movers_as_json(compared),
    }
    if compared.asked.by:
        told["groups"] = {code: area_as_json(compared, code) for code in sorted(compared.groups)}
    return told


def movers_as_json(compared: Compared) -> list[dict]:
    found = compared.movers(None)
    firms = Enterprise.objects.in_bulk([each.firm for each in found])
    return [
        {
            "credit_code": firms[each.firm].credit_code,
            "name": firms[each.firm].name,
            "district": each.row.district,
            "then": None if each.before is None else f"{each.before:f}",
            "now": f"{each.now or Decimal(0):f}",
            "points": None if each.points is None else points(each.points),
            "steps": list(each.words),
        }
        for each in found
    ]


def area_as_json(compared: Compared, group: str | None) -> dict:
    bridge = compared.bridge(group)
    rates = {"published": compared.on_published(bridge), "comparable": compared.comparable(bridge)}
    if not compared.no_then:
        rates["stayed"] = bridge.of_stayed
    if compared.months:
        rates["month_on_month"] = compared.months.rate(group)
    growth = {name: rate_as_json(rate) for name, rate in rates.items()}
    if warning := warning_of_missing(compared, group):
        growth["published"]["warning"] = warning
    if (months := compared.months) and growth["month_on_month"]["base"] is not None:
        growth["month_on_month"] |= {"now": f"{months.rate(group).now:f}", "firms": months.of(group).same}
    lines = [] if compared.no_then or compared.no_base else bridge.lines()
    return {
        "level": f"{bridge.level:f}",
        "growth": growth,
        "bridge": [{"step": line.key, "amount": f"{line.amount:f}", "firms": line.firms} for line in lines],
        **({"month": f"{months.of(group).value:f}"} if months and months.is_cumulative else {}),
        "left_out": left_out_words(compared, group),
    }


def rate_as_json(rate: GrowthRate) -> dict:
    return {
        "base": None if rate.base is None else f"{rate.base:f}",
        "rate": None if rate.shown is None else str(rate.shown),
        "unrounded": None if rate.exact is None else str(rate.exact),
        **({"why": rate.why} if rate.why else {}),
    }
