"""The figures the city keeps for the rules, such as the average exchange rate of one period."""

import operator
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from accounts import journal
from accounts.models import User
from forms_tables.edition.catalog import Edition
from reporting.filing.judging import parameters_in
from reporting.models import ParameterValue, Period
from reporting.workflow.guards import Refused
from reporting.workflow.period import be_the_city

SIDES = {
    "above": ("大于", operator.gt),
    "least": ("不小于", operator.ge),
    "most": ("不大于", operator.le),
    "below": ("小于", operator.lt),
}


@transaction.atomic
def set_parameter(
    edition: Edition, name: str, period: Period | None, value: Decimal, by: User, at: datetime, source: str
) -> ParameterValue:
    """Enter a parameter for one period, or for every period that has none of its own; always with where it comes from.

    What was judged before keeps the value of then: findings are frozen with their submission.
    """
    be_the_city(by)
    if period and period.is_locked:
        raise Refused(f"{period.label}已锁定，参数不能再改。")
    if name not in edition.parameters:
        raise Refused(f"{edition.title}没有名为“{name}”的参数。")
    if not edition.parameters[name].settable:
        raise Refused(f"{edition.parameters[name].title}（{name}）不由市级录入：{edition.parameters[name].note}。")
    be_within_bounds(edition, name, period, value)
    if not source.strip():
        raise Refused("请写明依据，如公告名称、文号和日期。")
    before = ParameterValue.objects.select_for_update().filter(name=name, period=period).first()
    after, _ = ParameterValue.objects.update_or_create(
        name=name, period=period, defaults={"value": value, "source": source.strip()}
    )
    journal.record(
        by=by,
        at=at,
        action="设定参数",
        subject=edition.parameters[name].title,
        period=period.code if period else "",
        before={"取值": str(before.value), "依据": before.source} if before else None,
        after={"取值": str(value), "依据": after.source},
        why=after.source,
    )
    return after


def be_within_bounds(edition: Edition, name: str, period: Period | None, value: Decimal) -> None:
    """Refuse a slip of the pen (a rate of 710, a coefficient of 25) with every bound of the parameter."""
    parameter, in_force = edition.parameters[name], parameters_in(edition, period)
    said, holds = [], True
    for bound in parameter.bounds:
        words, compare = SIDES[bound.side]
        other = edition.parameters.get(bound.limit)
        limit = in_force[other.name] if other else bound.limit
        if limit is not None:
            said.append(f"{words}{other.title if other else ''} {plain(limit)}")
            holds = holds and compare(value, limit)
    if not holds:
        raise Refused(f"{parameter.title}（{name}）应{'、'.join(said)}，不能是 {plain(value)}。请核对后再录入。")


def plain(figure: Decimal) -> str:
    return f"{Decimal(figure).normalize():f}"
