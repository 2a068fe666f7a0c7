"""One May in which everything happens that somebody gets a letter about: each kind of letter, written by the real code.

test_every_letter reads them; `python -m tests.letters.take_letters` pictures them.
"""

import uuid
from datetime import date, datetime, time, timedelta

from accounts import emails as people_emails
from accounts import officials, people
from accounts.models import Grant, Installation, Letter
from accounts.post import troubles
from accounts.post.answers import About
from reporting import workflow
from reporting.calendar import notice
from reporting.conversation import announcements, threads
from reporting.history import objections
from reporting.history import telling as history
from reporting.mending import codes, district_change, merging, reports
from reporting.mending.district_choice import WantedChange, reach
from reporting.models import Announcement, BaseAdjustment
from reporting.register import applications, moves, upkeep
from reporting.reminders import digests, planner, urging
from reporting.standing_in import granting
from reporting.succession import desks, takeovers
from reporting.succession.succeeding import NewPerson
from reporting.training import inviting, reminding, sessions, signing_up
from tests.cast import AT, FREE_CODE, SHANGHAI, Cast, make_enterprise
from tests.history.books import stand
from tests.may import CLEAN_MAY, make_may, open_period
from tests.officials import file_may, freeze
from tests.register.test_registration import facts as application_facts
from tests.succession.papers import ZHOU_LIN, propose

CITY_PHONE = "023-63000001"
MINUTE = timedelta(minutes=1)
LONG_FIGURE = {**CLEAN_MAY, "2010.c1": "1100", "2050.c1": "500"}


def tell(cast: Cast) -> None:
    Installation.objects.update_or_create(pk=1, defaults={"phone": CITY_PHONE})
    may = make_may(cast)
    _register(cast)
    _change_the_register(cast)
    grant = _stand_in(cast)
    _remind(may)
    granting.end(grant, why="改由本企业自己填报。", by=cast.li_na, at=AT + 2 * MINUTE)
    _review(cast, may)
    _ask_for_time(cast, may)
    _talk(cast, may)
    _announce(cast)
    _train(cast)
    _succeed(cast)
    _bring_history_in(cast)
    _withdraw(cast, may.city)
    workflow.set_deadlines(
        may.may, {"enterprise": date(2024, 6, 13)}, may.city, AT, "系统升级，停机半天。", "渝经信函〔2024〕31号"
    )
    _mend(cast)
    notice.plan(datetime(2026, 10, 8, 9, tzinfo=SHANGHAI))


def _register(cast: Cast) -> None:
    application = applications.apply(**application_facts(cast.yuzhong), at=AT)
    applications.refuse_application(application, reason="软件业务收入不足主营业务收入的30%。", by=cast.chen_yu, at=AT)
    people_emails.activation(cast.wang_lei, AT)
    people_emails.password_reset(cast.li_na, AT)
    people_emails.password_changed(cast.li_na, AT)
    facts = {"name": cast.he_qing.name, "role": cast.he_qing.role, "district": cast.nanan, "email": "hq@example.com"}
    officials.change_official(cast.he_qing, **facts, mobile="13900000001", by=cast.zhou_tao, at=AT)
    people.deactivate(cast.wang_lei, by=cast.li_na, at=AT, why="已离职。")
    people.reactivate(cast.wang_lei, by=cast.li_na, at=AT, why="误停。")
    troubles.note("qq.com", About.OFFICE, "550 Mail content denied. http://service.mail.qq.com", AT)
    people_emails.plan_mail_refused(AT)


def _succeed(cast: Cast) -> None:
    """Of 山城, whose mailbox is gone; and a desk at its district."""
    asked = takeovers.ask(cast.shancheng.credit_code, ZHOU_LIN, "原经办人已离职，邮箱停用。", at=AT)
    takeovers.confirm(propose(cast.shancheng, cast.he_qing, asked=asked), by=cast.zhou_tao, at=AT)
    person = NewPerson("唐敏", "13900000008", "tangmin@example.com")
    desks.hand_over(cast.he_qing, person, "tangmin", why="调离。", by=cast.zhou_tao, at=AT)


def _change_the_register(cast: Cast) -> None:
    """Of 嘉陵, about which nothing else is told."""
    correct = upkeep.correct_first_day
    correct(cast.jialing, joined_on=date(2024, 6, 1), reason="6月起纳统。", by=cast.chen_yu, at=AT)
    correct(
        cast.jialing, joined_on=date(2023, 1, 1), reason="登记错了。", by=cast.chen_yu, at=AT + timedelta(minutes=1)
    )
    asked = moves.propose_move(
        cast.jialing, cast.nanan, since=date(2024, 5, 10), reason="迁至南岸区。", by=cast.zhou_tao, at=AT
    )
    moves.decline_move(asked, answer="实际经营地仍在渝中区。", by=cast.he_qing, at=AT)


def _mend(cast: Cast) -> None:
    """At the end, of 山城: registered twice, by a wrong code, and to go to another district."""
    twin = make_enterprise("91500108MA5U88885J", "重庆山城智能装备有限责任公司", cast.nanan)
    reports.report(twin, cast.shancheng, reason="同一营业执照。", by=cast.he_qing, at=AT)
    choice = merging.MergeChoice(frozenset(), {}, merging.foreseen(cast.shancheng, twin).seen, "营业执照核对。")
    merging.merge(cast.shancheng, twin, choice, by=cast.zhou_tao, at=AT)
    correction = codes.propose(cast.shancheng, FREE_CODE, reason="登记时抄错。", by=cast.he_qing, at=AT)
    codes.confirm(correction, by=cast.sun_jie, at=AT)
    wanted = WantedChange((cast.nanan,), cast.yuzhong, date(2024, 7, 1), "渝府发〔2024〕9号")
    change = district_change.press(uuid.uuid4(), wanted, reach(wanted, AT).mark, by=cast.zhou_tao, at=AT)
    Letter.objects.filter(stem="register/district_change").update(state=Letter.State.SENT)
    district_change.take_back(change, why="日期写错，另行办理。", by=cast.zhou_tao, at=AT)


def _stand_in(cast: Cast) -> Grant:
    """赵敏 of 嘉陵 for 云图, who wants to be reminded."""
    facts = {"name": "赵敏", "account": cast.zhao_min.username, "basis": "集团统一填报。"}
    grant = granting.give(cast.yuntu, **facts, by=cast.li_na, at=AT)
    return granting.accept(grant, by=cast.zhao_min, at=AT + MINUTE, reminded=True)


def _remind(may) -> None:
    for day, hour in ((3, 9), (5, 9), (7, 9), (12, 9), (13, 9)):
        planner.plan(datetime(2024, 6, day, hour, tzinfo=SHANGHAI))
    chosen = urging.Chosen(state="", district="", search="")
    sent, _ = urging.press(uuid.uuid4(), may.may, chosen, "请今天下班前上报。", AT, may.reviewer, AT)
    urging.write(sent.pk, AT)


def _review(cast: Cast, may) -> None:
    earlier = workflow.owe(cast.yuntu, open_period("2023M05", date(2023, 6, 1)))
    freeze(earlier, may.clerk, {"2010.c1": "900.00"})
    workflow.ask_adjustment(may.filing, "2010.c2", "950", may.clerk, AT, "吸收合并重庆新桥软件有限公司。")
    workflow.decide_adjustment(BaseAdjustment.objects.get(), False, may.reviewer, AT, "请附合并公告。")
    submission = file_may(may.filing, may.clerk)
    workflow.query(submission, may.reviewer, AT, "为何没有云服务收入？")
    workflow.answer(may.filing, may.clerk, AT, "合同在下月验收。")
    reasons = [{"cell": "2010.c1", "reason": "请核对合同台账。"}, {"cell": "", "reason": "请附说明。"}]
    workflow.send_back(submission, reasons, may.reviewer, AT)
    submission = file_may(may.filing, may.clerk, reason="按区县意见核对。")
    digests.plan(AT)
    workflow.approve(submission, may.reviewer, AT)
    Letter.objects.filter(stem="filing/approved").update(state=Letter.State.SENT)  # sooner than its minute
    workflow.undo_approval(submission, may.reviewer, AT)
    workflow.approve(submission, may.reviewer, AT)
    workflow.city_query(submission, may.city, AT, "利润率高于同行，请核实。")
    workflow.answer_city(submission, may.reviewer, AT, "已电话核实无误。")
    workflow.amend(may.filing, may.clerk, AT, "漏计一份合同。")


def _ask_for_time(cast: Cast, may) -> None:
    asked = workflow.ask_extension(may.other_filing, date(2024, 6, 13), may.other_clerk, AT, "财务人员住院。")
    workflow.decide_extension(asked, True, may.other_reviewer, AT)
    late = datetime(2024, 6, 14, 10, tzinfo=SHANGHAI)
    asked = workflow.ask_late(may.other_filing, may.other_clerk, late, "财务人员仍在住院。")
    workflow.decide_late(asked, True, may.other_reviewer, late, "请于今天补报。")


def _talk(cast: Cast, may) -> None:
    threads.say(may.filing, "“云服务”包括托管费吗？", may.clerk, AT, cell="2022.c1")
    threads.say(may.filing, "请按合同性质区分。", may.reviewer, AT + timedelta(minutes=5))
    threads.plan_digest(AT.replace(hour=17))


def _bring_history_in(cast: Cast) -> None:
    row = stand(cast.jialing, "2022M12", {"2010.c1": "800.00"})
    history.tell(row.source, cast.zhou_tao, AT)
    asked = objections.object_to(row, "2010.c1", "810", cast.zhao_min, AT, "漏计一份合同，见审计报告。")
    objections.decide(asked, True, cast.chen_yu, AT, "已核对审计报告。")


def _withdraw(cast: Cast, city) -> None:
    """April, opened by mistake when its date was over; the firms were told."""
    april = workflow.open_period("2024M04", city, AT)
    planner.plan(AT)
    Letter.objects.filter(period=april.pk).update(state=Letter.State.SENT, sent_at=AT)
    workflow.withdraw_period(april, city, AT + MINUTE, "误开，应从5月报起。")


def _announce(cast: Cast) -> None:
    text = "《统计调查制度》新版自8月报起施行。\n\n培训安排另行通知。"
    announcement = Announcement(title="新版制度培训", text=text, to_firms=True, to_districts=True, by_mail=True)
    announcements.publish(announcement, cast.zhou_tao, AT)
    announcements.plan(AT)


def _train(cast: Cast) -> None:
    """The seats are taken when 山城 signs up; then the hour changes, 云图 steps back, and the session is cancelled."""
    facts = {
        **{"title": "月报填报培训", "day": date(2024, 6, 20), "begins": time(9), "ends": time(11, 30)},
        **{"place": "软件园一号会议室", "link": "https://meeting.example.com/1", "to_ask": "刘芳 023-63890000"},
        **{"about": "讲软统企6。\n\n请带上月报表。", "audience": "everybody", "capacity": 1, "per_office": 2},
    }
    session = sessions.arrange(facts, [], by=cast.liu_fang, at=AT)
    inviting.invite(session, 0, by=cast.liu_fang, at=AT)
    first = signing_up.sign_up(session, "李娜", "", by=cast.li_na, at=AT)
    signing_up.sign_up(session, "孙洁", "", by=cast.sun_jie, at=AT + MINUTE)
    sessions.change(session, facts | {"begins": time(9, 30)}, [], 0, by=cast.liu_fang, at=AT)
    signing_up.step_back(first, by=cast.li_na, at=AT)
    reminding.plan(datetime(2024, 6, 19, 9, tzinfo=SHANGHAI))
    sessions.cancel(session, by=cast.liu_fang, at=AT, why="会议室停电，另行通知。")
