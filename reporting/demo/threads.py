"""What the demonstration's people say to one another about the open periods, and what the city announced."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from accounts.models import User
from reporting.conversation import announcements, threads
from reporting.demo.stories import OPEN_ANNUAL, OPEN_MONTH
from reporting.models import Announcement, Filing, Message, State

FIRM, DISTRICT, CITY = "firm", "district", "city"
# (the state of the filing it is about, the annual or the month, what was said: by whom, the cell, the words, for_city)
TALKS = [
    (State.RETURNED, OPEN_MONTH, [
        (FIRM, "2010.c1", "这一格是按开票口径填的，区县要的是按收入确认口径吗？", False),
        (DISTRICT, "2010.c1", "按财务报表的营业收入填，和利润表一致。含税的请先还原成不含税。", False),
        (FIRM, "", "明白了，改好后今天重新上报。", False),
    ]),
    (State.QUERIED, OPEN_MONTH, [
        (DISTRICT, "2110.c1", "研发费用比上期累计多出不少，有没有把以前年度的加进来？", False),
    ]),
    (State.SUBMITTED, OPEN_MONTH, [
        (FIRM, "", "本月有一笔跨年项目验收，收入集中在5月，说明里已写，请审核时留意。", False),
    ]),
    (State.DRAFT, OPEN_MONTH, [
        (FIRM, "2112.c1", "外包驻场的人员算不算从业人员？", False),
        (DISTRICT, "2112.c1", "不算，只填与本单位签订劳动合同并发工资的人员。", False),
        (FIRM, "2112.c1", "与外包公司签合同、工资由我们代发的呢？几家同行填法不一样，想请市级明确。", True),
    ]),
    (State.APPROVED, OPEN_MONTH, [
        (CITY, "2022.c1", "信息技术服务收入占比上升较快，请区县了解是否有业务转型，供月度分析引用。", False),
        (DISTRICT, "", "已向企业了解：去年底起由卖产品改为按年收服务费，属实。", False),
    ]),
    (State.NOT_STARTED, OPEN_MONTH, [
        (DISTRICT, "", "离截止没有几天了，填报中有困难请直接在这里说，或打电话给我。", False),
    ]),
    (State.AMENDING, OPEN_MONTH, [
        (FIRM, "2041.c1", "审核通过后发现出口按离岸价少报了一笔，已进入修订。", False),
        (DISTRICT, "", "好的，改好上报后我尽快审。", False),
    ]),
    (State.CITY_QUERIED, OPEN_MONTH, [
        (DISTRICT, "", "市级问到本期变动的原因，请补充主要合同的名称和金额。", False),
        (FIRM, "2010.c1", "主要是两个政务云项目，合计约占本期新增的七成，合同号已写进说明。", False),
    ]),
    (State.SUBMITTED, OPEN_ANNUAL, [
        (FIRM, "F301.y", "营业收入按合并口径还是母公司口径？我们有两家全资子公司，都在本区。", False),
        (DISTRICT, "F301.y", "按法人单位填，不合并；两家子公司够条件的另行纳统。", False),
    ]),
    (State.DRAFT, OPEN_ANNUAL, [
        (FIRM, "", "年报里从业人员的期末数和平均数差别较大，是因为年末有一批离职，需要附材料吗？", False),
    ]),
    (State.QUERIED, OPEN_ANNUAL, [
        (DISTRICT, "F301.y", "年报与12月月报累计差得较多，请核对口径。", False),
        (FIRM, "", "正在和财务核对，明天答复。", False),
    ]),
    (State.APPROVED, OPEN_ANNUAL, [
        (CITY, "", "年报数据将用于汇编，请区县再次确认行业代码和纳统类别无误。", False),
    ]),
]  # fmt: skip
ANNOUNCED = [
    (
        "2023年年报补充填报安排",
        "各有关企业、各区县：\n\n本演示城市的2023年年报延至6月收尾。请尚未上报的企业抓紧填报，遇到问题在报表页面点“留言”，"
        "由所在区县答复；区县答不了的，勾选“请市级答复”。\n\n谢谢配合。",
        True,
        True,
    ),
    (
        "5月月报审核要求",
        "各区县：\n\n一、变动较大的指标，请先看企业说明，再查询或退回。\n二、退回时请写清是哪一格、为什么。\n"
        "三、临近截止仍未上报的，请电话联系。",
        False,
        True,
    ),
]


def talk(at: datetime) -> None:
    """Once: a city that has a message or an announcement is left as it is. `at` is the demonstration's morning."""
    city = User.objects.filter(role=User.Role.CITY).first()
    if city is None or Message.objects.exists() or Announcement.objects.exists():
        return
    clerks = {user.district_id: user for user in User.objects.filter(role=User.Role.DISTRICT)}
    for number, (filing, words) in enumerate(talks()):
        people = {FIRM: filing.enterprise.users.first(), DISTRICT: clerks[filing.district_id], CITY: city}
        begun = at - timedelta(days=1) + timedelta(minutes=17 * number)
        for turn, (who, cell, text, for_city) in enumerate(words):
            threads.say(filing, text, people[who], begun + timedelta(hours=2 * turn), cell, for_city)
        if number % 3 == 0:  # somebody has looked at every third one
            threads.mark_read(filing, people[DISTRICT if words[-1][0] == FIRM else FIRM])
    for number, (title, text, to_firms, to_districts) in enumerate(ANNOUNCED, start=1):
        announcement = Announcement(title=title, text=text, to_firms=to_firms, to_districts=to_districts)
        announcements.publish(announcement, city, at - timedelta(days=number))


def talks() -> Iterator[tuple[Filing, list]]:
    """Each conversation with a filing in its state; a small city may lack some."""
    for state, period, words in TALKS:
        known = Filing.objects.filter(state=state, period=period.code).select_related(
            "enterprise", "district", "period"
        )
        if filing := known.exclude(messages__isnull=False).order_by("pk").first():
            yield filing, words
