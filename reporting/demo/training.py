"""The demonstration's training sessions, one held and one to come, and its 常见问题."""

from datetime import datetime, time, timedelta

from accounts.models import Ability, User
from reporting.answers import questions
from reporting.answers.questions import QuestionWords
from reporting.models import FrequentQuestion, TrainingSession
from reporting.training import attendance, sessions, signing_up

FOLK = ("王敏", "李强", "张丽", "刘洋", "陈静", "杨帆")
HELD = {
    "title": "软件业统计新入统企业培训",
    "begins": time(9, 30),
    "ends": time(11, 30),
    "place": "渝北区洪湖西路软件大厦三楼会议室",
    "link": "",
    "to_ask": "市软件行业协会 023-63000001",
    "about": "软统企6的填法、数据审核的两种结果、常见错误。",
    "audience": "everybody",
    "capacity": 40,
    "per_office": 2,
}
COMING = HELD | {
    "title": "半年报前的答疑",
    "begins": time(14),
    "ends": time(16),
    "link": "https://meeting.example.com/answers",
    "about": "请先在报表里做一遍数据审核，带着问题来。\n\n资料会后上传。",
    "capacity": 3,
    "per_office": 1,
}
ANSWERED = (
    QuestionWords(
        "外包驻场人员算不算从业人员？", "不算，只填与本单位签订劳动合同并发工资的人员。", "软统企6 2112", True
    ),
    QuestionWords(
        "营业收入按合并口径填还是按母公司填？",
        "按法人单位填，不合并。子公司够条件的另行纳统。\n\n与财务报表的单体利润表一致。",
        "软统企6 2010",
        True,
    ),
    QuestionWords("没有发生额的格可以空着吗？", "不可以，填 0。空白表示没有填，和 0 不是一回事。", "软统企6", True),
    QuestionWords("按年收的服务费怎么分到各月？", "按确认收入的月份填，不按开票填。", "软统企6 2022"),
)


def teach(at: datetime) -> None:
    """Once: a city that has a session or a question is left as it is. `at` is the demonstration's morning."""
    by = User.objects.who_may(Ability.TRAIN).first()
    if by is None or TrainingSession.objects.exists() or FrequentQuestion.objects.exists():
        return
    clerks = list(User.objects.who_may(Ability.FILL).order_by("pk")[: len(FOLK)])
    held, day = at - timedelta(days=14), at + timedelta(days=9)
    session = sessions.arrange(HELD | {"day": held.date()}, [], by=by, at=held - timedelta(days=10))
    for number, (clerk, name) in enumerate(zip(clerks, FOLK, strict=False)):
        signed = signing_up.sign_up(session, name, clerk.mobile, by=clerk, at=held - timedelta(days=5))
        if number % 3 < 2:
            attendance.tick(signed, True, by=by, at=held + timedelta(minutes=5 * number))
    coming = sessions.arrange(COMING | {"day": day.date()}, [], by=by, at=at - timedelta(days=2))
    for clerk, name in zip(clerks[:5], FOLK, strict=False):
        signing_up.sign_up(coming, name, clerk.mobile, by=clerk, at=at - timedelta(days=1))
    for said in ANSWERED:
        questions.write(said, by=by, at=at - timedelta(days=3))
