"""One May in which everything happens that somebody gets a letter about: each kind of letter, written by the real code.

test_every_letter reads them; `python -m tests.letters.take_letters` pictures them.
"""

import uuid
from datetime import date, datetime, timedelta

from accounts import emails as people_emails
from accounts import officials, people
from accounts.models import Installation, Letter
from accounts.post import troubles
from accounts.post.answers import About
from reporting import workflow
from reporting.calendar import notice
from reporting.conversation import announcements, threads
from reporting.models import Announcement, BaseAdjustment
from reporting.register import applications, moves, upkeep
from reporting.reminders import digests, planner, urging
from tests.cast import AT, SHANGHAI, Cast
from tests.may import CLEAN_MAY, make_may, open_period
from tests.officials import file_may, freeze
from tests.register.test_registration import facts as application_facts

CITY_PHONE = "023-63000001"
MINUTE = timedelta(minutes=1)
LONG_FIGURE = {**CLEAN_MAY, "2010.c1": "1100", "2050.c1": "500"}


def tell(cast: Cast) -> None:
    Installation.objects.update_or_create(pk=1, defaults={"phone": CITY_PHONE})
    may = make_may(cast)
    _register(cast)
    _change_the_register(cast)
    _remind(may)
    _review(cast, may)
    _ask_for_time(cast, may)
    _talk(cast, may)
    _announce(cast)
    _withdraw(cast, may.city)
    workflow.set_deadlines(
        may.may, {"enterprise": date(2024, 6, 13)}, may.city, AT, "系统升级，停机半天。", "渝经信函〔2024〕31号"
    )
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
