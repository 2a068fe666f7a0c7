"""What a willing office would do next with a filing, asked of the workflow itself: for what is tried and taken back."""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from reporting import workflow
from reporting.filing.judging import judge
from reporting.models import Filing, LateRequest, Submission
from tests.year import actors
from tests.year.city import cells_for
from tests.year.walk import Walk

MOST_STEPS = 8


def bring_to_the_end(walk: Walk, filing: Filing, actual: bool = False) -> str:
    """Nothing when it is approved in the end (`actual`: and no estimate); else what was refused last."""
    refused = "没有人能再做什么"
    for _ in range(MOST_STEPS):
        walk.pass_time(60)
        filing = actors.fresh(filing)
        sent = actors.sent_last(filing)
        if filing.state in ("50", "80") and sent and not (actual and sent.estimated):
            return ""
        try:
            next_step(walk, filing, sent, actual)
        except workflow.Refused as refusal:
            refused = str(refusal)
            if trouble := clear(walk, filing, refused):
                return trouble
    return refused


def next_step(walk: Walk, filing: Filing, sent: Submission | None, actual: bool) -> None:
    at, firm, clerk = walk.at, actors.person_for(walk, filing), walk.city.clerk_of(filing)
    asked = LateRequest.objects.filter(filing=filing, granted=None).first()
    if asked and (filing.is_shut or filing.state in actors.WITH_FIRM):
        workflow.decide_late(asked, True, clerk, at)
    elif filing.is_shut:
        workflow.ask_late(filing, firm, at, "财务人员交接")
    elif filing.state in actors.WITH_FIRM:
        file_whole(walk, filing, firm, at)
    elif filing.state == "30":
        approve = not (actual and sent.estimated)
        workflow.approve(sent, clerk, at) if approve else workflow.send_back(sent, [WHOLE], clerk, at)
    elif filing.state == "35":
        workflow.answer(filing, firm, at, "已核对")
    elif filing.state in ("55", "60"):
        workflow.answer_city(sent, clerk, at, "已核实")
    elif filing.state == "50":
        workflow.amend(filing, firm, at, "改为实际数")
    else:
        workflow.ask_late(filing, firm, at, "财务人员交接")


WHOLE = {"cell": "", "reason": "请改报实际数"}


def file_whole(walk: Walk, filing: Filing, firm: User, at: datetime) -> None:
    """Type what is the firm's to type, explain what wants a word, send."""
    typed = cells_for(walk.city.habits[filing.enterprise.credit_code], filing)
    judged = judge(filing, typed)
    for table in judged.tables:
        rows = {indicator.code for indicator in table.indicators}
        shut = judged.completed.locked
        cells = {key: text for key, text in typed.items() if key.partition(".")[0] in rows and key not in shut}
        sheet = filing.sheets.filter(table=table.code).first()
        workflow.save_sheet(filing, table.code, cells, sheet.version if sheet else 0, firm, at)
    found = workflow.check(filing, firm, at)
    if found.blocks:
        raise workflow.Refused(
            f"数据审核没有通过：{[each.rule for each in found.errors] or found.completed.problems}。"
        )
    for finding in found.warnings:
        workflow.explain(filing, finding.rule, finding.fingerprint, firm, at, reason_code="02")
    workflow.submit(filing, firm, at, signer="王经理", committed=True, reason="更正")


def clear(walk: Walk, filing: Filing, refused: str) -> str:
    """Put what was refused out of the way: the date is over, or the month before is an estimate. Returns why not."""
    before = actors.previous(filing)
    # Actual figures that were returned, or given up, leave the approved estimate standing.
    stands = before and [each for each in (actors.sent_last(before), before.approved) if each and each.estimated]
    if stands:
        trouble = bring_to_the_end(walk, before, actual=True)
        return trouble and f"{refused}上期：{trouble}"
    try:
        workflow.ask_late(filing, actors.person_for(walk, filing), walk.at, "财务人员交接")
    except workflow.Refused as refusal:
        return f"{refused}{refusal}"
    return ""
