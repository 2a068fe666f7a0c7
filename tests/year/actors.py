"""What the people of the office press. Each verb goes through the real pages and addresses, in and out of order."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django.test import Client
from django.urls import reverse

from accounts.models import Application, Enterprise, Move, User
from reporting.models import BaseAdjustment, ExtensionRequest, Filing, LateRequest, LockProposal, State, Submission
from tests.year.city import EDITION, cells_for
from tests.year.walk import Walk, alerts_of

WITH_FIRM = ("00", "10", "40", "90")
ELSEWHERE = ("软统企5", "软统企7")  # of firms with AI, or on a list of the city; no firm of the walk is one
UNIT = "疑似计量单位错误（应以万元填报），请核实。"


def fresh(filing: Filing) -> Filing:
    return Filing.objects.select_related("enterprise", "period", "district").get(pk=filing.pk)


def newest(filing: Filing) -> Submission | None:
    return Submission.objects.filter(filing=filing).order_by("-number").first()


# The firm


def person_for(walk: Walk, filing: Filing) -> User:
    return walk.city.person_of(filing.enterprise)


def fill(walk: Walk, filing: Filing, changed: dict[str, str] | None = None, leave_out: int = 0) -> None:
    """Type into every cell the pages leave open."""
    person = person_for(walk, filing)
    cells = cells_for(walk.city.habits[filing.enterprise.credit_code], filing) | (changed or {})
    for table in EDITION.tables:
        if table.frequency != filing.period.parsed.frequency or table.code in ELSEWHERE:
            continue
        path = reverse("sheet", args=[filing.period_id, table.key])
        form = walk.form(person, path, path)
        if form is None:
            continue
        typed = {name: cells[name] for name in form.fields if name in cells}
        for name in walk.dice.sample(sorted(typed), min(leave_out, len(typed))):
            typed[name] = ""
        walk.send(person, path, form.sent(**typed))


def save_stale(walk: Walk, filing: Filing) -> None:
    """A tab that stood open while a colleague saved: it still has the version of then."""
    table = next(t for t in EDITION.tables if t.frequency == filing.period.parsed.frequency)
    path = reverse("sheet", args=[filing.period_id, table.key])
    code = next(i for i in table.indicators if not i.is_heading)
    walk.press(person_for(walk, filing), path, version="0", **{f"{code.code}.{code.columns[0]}": "1"})


def check(walk: Walk, filing: Filing) -> None:
    firm_press(walk, filing, "check")


def explain_all(walk: Walk, filing: Filing) -> None:
    person, action = person_for(walk, filing), reverse("explain", args=[filing.period_id])
    page = walk.look(person, reverse("filing", args=[filing.period_id]))
    for form in walk.forms_on(page):
        if form.action == action and not form.fields["reason_code"][0]:
            walk.send(person, action, form.sent(reason_code="02"))


def submit(walk: Walk, filing: Filing, estimated: bool = False) -> str:
    """Returns what was refused, in the page's words."""
    path = reverse("submit", args=[filing.period_id])
    typed = {"signer": "王经理", "committed": "yes", "reason": "按审计结果更正"}
    if estimated:
        typed["estimated"] = "yes"
    return alerts_of(walk.press_button(person_for(walk, filing), path, path, **typed))


def firm_press(walk: Walk, filing: Filing, name: str, **typed):
    page, action = reverse("filing", args=[filing.period_id]), reverse(name, args=[filing.period_id])
    return walk.press_button(person_for(walk, filing), action, page, **typed)


def recall(walk: Walk, filing: Filing) -> None:
    firm_press(walk, filing, "recall")


def amend(walk: Walk, filing: Filing) -> None:
    firm_press(walk, filing, "amend", reason="合同台账更正")


def abandon(walk: Walk, filing: Filing) -> None:
    firm_press(walk, filing, "abandon_amendment")


def answer(walk: Walk, filing: Filing) -> None:
    firm_press(walk, filing, "answer", note="已与合同台账核对，属实")


def ask_extension(walk: Walk, filing: Filing) -> None:
    until = filing.due_on + timedelta(days=walk.dice.randint(0, 2))
    firm_press(walk, filing, "extension", until=str(until), reason="审计报告延后出具")


def ask_late(walk: Walk, filing: Filing) -> None:
    firm_press(walk, filing, "late", reason="财务人员交接")


def ask_base(walk: Walk, filing: Filing) -> None:
    """A base that can be: a wild one would break sums of the form, and want another adjustment."""
    usual = cells_for(walk.city.habits[filing.enterprise.credit_code], filing).get("2050.c3", "12.34")
    new = f"{Decimal(usual) * Decimal('1.01'):.2f}"
    path = reverse("adjustments", args=[filing.period_id])
    form = walk.form(person_for(walk, filing), path, path)
    if form and form.fields.get("cell"):
        walk.send(person_for(walk, filing), path, form.sent(cell="2050.c3", new=new, reason="并购后口径调整"))


def file_whole(walk: Walk, filing: Filing, estimated: bool = False, changed: dict[str, str] | None = None) -> str:
    """Fill, check, explain, submit; returns what was refused last."""
    fill(walk, filing, changed)
    firm_press(walk, filing, "check")
    explain_all(walk, filing)
    return submit(walk, filing, estimated)


# The district


def open_review(walk: Walk, filing: Filing) -> None:
    if sent := newest(filing):
        walk.look(walk.city.clerk_of(filing), reverse("district_review", args=[sent.receipt]))
        walk.look_round()


def district_press(walk: Walk, filing: Filing, name: str, **typed) -> None:
    if sent := newest(filing):
        page = reverse("district_review", args=[sent.receipt])
        walk.press_button(walk.city.clerk_of(filing), reverse(name, args=[sent.receipt]), page, **typed)


def approve(walk: Walk, filing: Filing) -> None:
    district_press(walk, filing, "district_approve", note="")


def send_back(walk: Walk, filing: Filing) -> None:
    district_press(walk, filing, "district_send_back", cell=["", ""], reason=[UNIT, ""])


def query(walk: Walk, filing: Filing) -> None:
    district_press(walk, filing, "district_query", note="本期与上期相比变化较大，请说明")


def answer_city(walk: Walk, filing: Filing) -> None:
    district_press(walk, filing, "district_answer_city", note="已与企业核实")


def approve_clean(walk: Walk, filing: Filing) -> None:
    clerk, page = walk.city.clerk_of(filing), reverse("district_queue", args=[filing.period_id])
    waiting = Submission.objects.filter(filing__district=filing.district, filing__state=State.SUBMITTED)
    receipts = list(waiting.filter(filing__period=filing.period).values_list("receipt", flat=True))
    walk.press_through(clerk, reverse("district_approve_clean", args=[filing.period_id]), page, receipt=receipts)


def decide(walk: Walk, filing: Filing, granted: bool | None = None) -> None:
    """Whatever the firm has asked for and nobody has decided."""
    granted = walk.dice.random() < 0.8 if granted is None else granted
    extension, late, base = "district_decide_extension", "district_decide_late", "district_decide_adjustment"
    kinds = (("extension", ExtensionRequest, extension), ("late", LateRequest, late), ("base", BaseAdjustment, base))
    for kind, model, decision in kinds:
        for asked in model.objects.filter(filing=filing, granted=None):
            page = f"{reverse('district_requests')}?kind={kind}"
            until = {"until": str(asked.until)} if kind == "extension" else {}
            words = {"granted": "yes" if granted else "no", "answer": "" if granted else "请按账面数上报"}
            action = reverse(decision, args=[asked.pk])
            walk.press_button(walk.city.clerk_of(filing), action, page, **words, **until)


# The city and the association


def city_press(walk: Walk, filing: Filing, name: str, **typed) -> None:
    sent = newest(filing)
    person = walk.city.city if walk.dice.random() < 0.5 else walk.city.association
    if sent:
        page = reverse("city_submission", args=[sent.receipt])
        walk.press_button(person, reverse(name, args=[sent.receipt]), page, **typed)


def city_query(walk: Walk, filing: Filing) -> None:
    city_press(walk, filing, "city_query", note="与行业走势不符，请核实")


def city_return(walk: Walk, filing: Filing) -> None:
    city_press(walk, filing, "city_return", cell=["", ""], reason=["计量单位或口径存疑，请核实。", ""])


def open_period(walk: Walk, code: str) -> None:
    walk.press_through(walk.city.city, reverse("city_open_period"), reverse("city_periods"), code=code)


def move_dates(walk: Walk, filing: Filing, days: int | None = None) -> None:
    period = filing.period
    days = walk.dice.choice([-2, -1, 1, 2, 3]) if days is None else days
    dates = {each.level: str(each.date + timedelta(days=days)) for each in period.deadlines.all()}
    page = reverse("city_period", args=[period.pk])
    reasons = {"reason": "系统维护", "notice_number": "无"}
    walk.press_through(walk.city.city, reverse("city_set_deadlines", args=[period.pk]), page, **dates, **reasons)


def allow_estimates(walk: Walk, code: str, allowed: bool) -> None:
    page, action = reverse("city_period", args=[code]), reverse("city_allow_estimates", args=[code])
    walk.press(walk.city.city, action, page, allowed="on" if allowed else None, reason="节日期间")


def change_estimates(walk: Walk, filing: Filing) -> None:
    allow_estimates(walk, filing.period_id, walk.dice.random() < 0.7)


def lock(walk: Walk, period: str) -> str:
    """By one person, or, where much is missing, by another one's confirmation of what was proposed."""
    page, action = reverse("city_period", args=[period]), reverse("city_lock", args=[period])
    form = walk.form(walk.city.city, page, action)
    fields = form.sent(reason="已到期，未报企业按缺报处理") if form else {"reason": ["到期"]}
    alerts = alerts_of(walk.send(walk.city.city, action, fields))
    if proposal := LockProposal.objects.filter(period=period, outcome="").first():
        confirm = reverse("city_confirm_lock", args=[period, proposal.pk])
        alerts += alerts_of(walk.press(walk.city.second, confirm, page))
    return alerts


# The register


def stop(walk: Walk, filing: Filing, left_on=None) -> None:
    firm = filing.enterprise
    left_on = left_on or walk.today - timedelta(days=walk.dice.randint(0, 40))
    register_press(walk, firm, "stop_firm", left_on=str(left_on), reason="企业申请停报")


def resume(walk: Walk, firm: Enterprise) -> None:
    register_press(walk, firm, "resume_firm", reason="停报登记有误，恢复")


def correct_first_day(walk: Walk, filing: Filing) -> None:
    day = filing.enterprise.joined_on + timedelta(days=walk.dice.choice([-31, 31, 62]))
    register_press(walk, filing.enterprise, "first_day", joined_on=str(day), reason="登记有误")


def answer_move(walk: Walk, filing: Filing) -> None:
    """Whatever move waits: taken, not taken, or withdrawn."""
    move = Move.objects.filter(state=Move.State.PROPOSED).order_by("pk").first()
    if not move:
        return
    name = walk.dice.choices(["accept_move", "decline_move", "withdraw_move"], [6, 1, 1])[0]
    clerk = walk.city.clerks[move.origin_id if name == "withdraw_move" else move.district_id]
    page, typed = reverse("move", args=[move.pk]), {"answer": "实际经营地不在本区"} if name == "decline_move" else {}
    walk.press_button(clerk, reverse(name, args=[move.pk]), page, **typed)


def move_firm(walk: Walk, filing: Filing) -> None:
    firm = filing.enterprise
    home = firm.district
    place = walk.dice.choice([d for d in walk.city.districts if d != home])
    since = walk.today - timedelta(days=walk.dice.randint(0, 20))
    register_press(walk, firm, "move_firm", district=str(place.pk), since=str(since), reason="经营地迁移")


def let_in(walk: Walk) -> None:
    """A firm that nobody knows asks to be let in, and its district lets it in from the day the page proposes."""
    if not walk.city.newcomers:
        return
    habit = walk.city.newcomers.pop()
    district = next(district for district in walk.city.districts if district.code == habit.district)
    asked = {"credit_code": habit.credit_code, "name": habit.name, "district": district.pk, "A34": ["1"]}
    asked |= {"A36": "否", "A37": "否", "A22": habit.business.industry}
    asked |= {
        "contact_name": habit.contact,
        "mobile": "13912345678",
        "email": f"{habit.credit_code.lower()}@example.com",
    }
    Client().post(reverse("apply"), asked)
    application = Application.objects.filter(credit_code=habit.credit_code).first()
    if application:
        walk.city.habits[habit.credit_code] = habit
        page = reverse("application", args=[application.pk])
        walk.press(walk.city.clerks[district.pk], reverse("approve_application", args=[application.pk]), page)


def register_press(walk: Walk, firm: Enterprise, name: str, **typed) -> None:
    person = walk.city.clerks[firm.district.pk] if walk.dice.random() < 0.7 else walk.city.city
    path = reverse(name, args=[firm.credit_code])
    walk.press(person, path, path, **typed)


def change_contact(walk: Walk, filing: Filing) -> None:
    path = reverse("own_firm")
    name = {"contact-contact_name": walk.dice.choice(["王敏", "李强", "周静"])}
    walk.press(person_for(walk, filing), path, path, **name)


def name_key_firm(walk: Walk, filing: Filing) -> None:
    path = reverse("key_firms", args=["A40"])
    size = walk.dice.choice(["0", "1", "2"])
    walk.press(walk.city.city, path, path, credit_code=filing.enterprise.credit_code, value=size, why="年度名单")


# Words and papers


def say(walk: Walk, filing: Filing) -> None:
    path = reverse("thread", args=[filing.pk])
    people = [person_for(walk, filing), walk.city.clerk_of(filing), walk.city.city]
    walk.press(walk.dice.choice(people), path, path, text="请问研发费用怎样分摊？")


def announce(walk: Walk, filing: Filing) -> None:
    path = reverse("write_announcement")
    words = {
        "title": "系统维护通知",
        "text": "本周六停机维护。",
        "to_firms": "on",
        "to_districts": "on",
        "by_mail": "on",
        "shown_until": str(walk.today + timedelta(days=5)),
    }
    preview = walk.press(walk.city.city, path, path, **words, then="look")
    looked = next(form for form in walk.forms_on(preview) if form.action == path)
    walk.send(walk.city.city, path, looked.sent(then="publish"))


def urge(walk: Walk, filing: Filing) -> None:
    """立即催报: choose, preview, send."""
    official = walk.city.clerk_of(filing) if walk.dice.random() < 0.7 else walk.city.city
    page = f"{reverse('reminders')}?period={filing.period_id}"
    form = walk.form(official, page, reverse("preview_urging"))
    if form is None:
        return
    preview = walk.send(official, reverse("preview_urging"), form.sent(words="请尽快上报"))
    send = next((f for f in walk.forms_on(preview) if f.action == reverse("send_urging")), None)
    if send:
        walk.known["urge"] = official, send  # may be pressed again from a page that stands open
        walk.send(official, send.action, send.sent())


def urge_again(walk: Walk, filing: Filing) -> None:
    if "urge" in walk.known:
        official, send = walk.known["urge"]
        walk.send(official, send.action, send.sent())


def certify(walk: Walk, filing: Filing) -> None:
    person, page = person_for(walk, filing), reverse("own_record")
    walk.press(person, reverse("issue_own"), page, purpose="申报项目")


# The next step of a willing office


def go_on(walk: Walk, filing: Filing, estimated: bool = False) -> None:
    """Whoever's turn it is does what brings the filing further."""
    filing = fresh(filing)
    if waiting(filing, ExtensionRequest) or waiting(filing, LateRequest):
        decide(walk, filing, granted=filing.state in WITH_FIRM)
    match filing.state:
        case "00" | "10" | "40" | "90":
            file_or_ask(walk, filing, estimated)
        case "30":
            approve(walk, filing)
        case "35":
            answer(walk, filing)
        case "55" | "60":
            answer_city(walk, filing)
        case _:
            ask_late(walk, filing)


def file_or_ask(walk: Walk, filing: Filing, estimated: bool) -> None:
    """What stands in the way is cleared first: a date that is over, an estimate of the month before."""
    if filing.is_shut:
        ask_late(walk, filing)
        return
    before = previous(filing)
    if before and sent_last(before) and sent_last(before).estimated and before.state != "30":
        make_actual(walk, before)
    file_whole(walk, filing, estimated)
    if fresh(filing).state in WITH_FIRM:
        ask_late(walk, filing)


def waiting(filing: Filing, model) -> bool:
    return model.objects.filter(filing=filing, granted=None).exists()


def previous(filing: Filing) -> Filing | None:
    """The same firm's filing of the month before."""
    if filing.period.is_annual:
        return None
    before = Filing.objects.filter(enterprise=filing.enterprise, period=str(filing.period.parsed.previous()))
    return before.select_related("period", "enterprise", "district").first()


def sent_last(filing: Filing) -> Submission | None:
    """The newest that was not recalled."""
    return Submission.objects.filter(filing=filing, recalled_at=None).order_by("-number").first()


def make_actual(walk: Walk, filing: Filing) -> None:
    """A step towards replacing an estimate by what it really was: an amendment, or after the lock a 补报."""
    if filing.state == "50" and not filing.period.is_locked:
        amend(walk, filing)
    go_on(walk, filing)
