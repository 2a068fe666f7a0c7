"""Opening a practice for chosen firms, with number and preview, and wiping it without a trace."""

from datetime import date, timedelta

import pytest
from django.core.files.base import ContentFile
from django.db.models import ProtectedError
from django.urls import reverse

from accounts.access import DoneAlready, Refused
from accounts.models import Enterprise, JournalEntry, Letter
from forms_tables.edition.periods import PeriodCode
from reporting import workflow
from reporting.models import Deadline, Explanation, Filing, Message, Period, Review, Scan, Sheet, Submission
from reporting.models.practice import in_practice
from reporting.practice import opening
from reporting.practice.choosing import DISTRICTS, FIRMS, Participants
from reporting.workflow import guards
from tests.cast import AT, assemble
from tests.may import CLEAN_MAY, make_may
from tests.officials import make_it_be, sign_in
from tests.practice.training import ALL, CODE, MAY, UNTIL, fill, practised, send, train
from tests.reading import markup_of, words_on
from tests.workflow.test_locks import while_another

pytestmark = pytest.mark.django_db
OPEN, WIPE, HERE = reverse("open_practice"), reverse("wipe_practice", args=[CODE]), reverse("practice")
CHOICE = {"period": "2024M05", "until": "2024-06-20", "who": "everybody"}


@pytest.fixture(autouse=True)
def today():
    make_it_be(date(2024, 6, 5))


@pytest.fixture
def trainer(cast):
    return sign_in(cast.liu_fang)


def firms_in(code: str = CODE) -> set[str]:
    with in_practice():
        return set(Filing.objects.filter(period=code).values_list("enterprise__name", flat=True))


# Opening


def test_begins_with_the_choice_of_period_day_and_firms(trainer):
    page = trainer.get(OPEN)
    assert "开启演练" in words_on(page)
    form = page.context["form"]
    assert form["period"].initial == "2024M05" and form["until"].initial == date(2024, 6, 19)
    offered = [code for code, _ in form.fields["period"].choices]
    assert "2024M07" in offered and "2023A" in offered and "2024M01" not in offered


def test_says_number_and_names_before_it_is_opened(trainer, cast):
    page = words_on(trainer.post(OPEN, CHOICE))
    assert "2024年5月（演练） · 3 家" in page and "重庆山城智能装备有限公司" in page and "南岸区 1" in page
    assert firms_in() == set()
    page = trainer.post(OPEN, {**CHOICE, "then": "open", "seen": 3}, follow=True)
    assert "2024年5月（演练）已开启，参加的企业 3 家。" in words_on(page)
    assert len(firms_in()) == 3
    line = JournalEntry.objects.get(action="开启演练")
    assert (line.subject, line.by, line.practice) == ("2024年5月（演练）", cast.liu_fang, False)


def test_what_changed_since_the_preview_is_shown_again(trainer, cast):
    cast.shancheng.left_on = date(2024, 6, 1)
    cast.shancheng.save()
    page = trainer.post(OPEN, {**CHOICE, "then": "open", "seen": 3})
    assert "现在是 2 家" in words_on(page, 409)
    assert firms_in() == set()


def test_for_some_districts(trainer):
    page = trainer.post(OPEN, {**CHOICE, "who": "districts", "district": ["500108"]})
    assert "范围：南岸区" in words_on(page)
    trainer.post(OPEN, {**CHOICE, "who": "districts", "district": ["500108"], "then": "open", "seen": 1})
    assert firms_in() == {"重庆山城智能装备有限公司"}


def test_for_ticked_firms_kept_while_the_list_is_narrowed(trainer, cast):
    chosen = {**CHOICE, "who": "firms"}
    page = trainer.post(OPEN, chosen)
    assert "勾选参加演练的企业" in words_on(page) and "重庆云图软件有限公司" in words_on(page)
    narrowed = {**chosen, "then": "narrow", "in_district": "500108", "firm": [cast.yuntu.pk]}
    page = trainer.post(OPEN, narrowed)
    assert "已勾选 1 家" in words_on(page) and "重庆云图软件有限公司" not in words_on(page)
    assert f'<input type="hidden" name="firm" value="{cast.yuntu.pk}">' in markup_of(page)
    ticked = {**chosen, "firm": [cast.yuntu.pk, cast.shancheng.pk]}
    assert "2 家" in words_on(trainer.post(OPEN, {**ticked, "then": "preview"}))
    trainer.post(OPEN, {**ticked, "then": "open", "seen": 2})
    assert firms_in() == {"重庆云图软件有限公司", "重庆山城智能装备有限公司"}


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"until": "2024-06-31"}, "演练至不是日期"),
        ({"until": ""}, "请填写演练至"),
        ({"period": "2019M01"}, "演练的报告期不在可用的选项里"),
        ({"period": "2024P05"}, "演练的报告期不在可用的选项里"),
        ({"who": "districts"}, "还没有勾选区县"),
        ({"who": "districts", "district": ["999999"]}, "区县不在可用的选项里"),
        ({"who": "firms", "firm": ["x"]}, "勾选的企业认不出来"),
        ({"who": "nobody"}, "参加的企业不在可用的选项里"),
        ({"who": "firms", "then": "preview"}, "还没有勾选企业"),
    ],
)
def test_says_what_cannot_be(sent, said, trainer):
    assert said in words_on(trainer.post(OPEN, {**CHOICE, **sent}), 422)


@pytest.mark.parametrize("until", ["2024-06-04", "2024-12-31"])
def test_refuses_a_last_day_that_is_over_or_far_away(until, trainer):
    page = trainer.post(OPEN, {**CHOICE, "until": until, "then": "open", "seen": 3}, follow=True)
    assert "演练的结束日期应在今天以后、92 天以内" in words_on(page)
    assert firms_in() == set()


def test_opened_again_it_gains_the_others_and_the_new_last_day(cast):
    train(cast, Participants(FIRMS, firms=(cast.yuntu.pk,)))
    fill(sign_in(cast.li_na))
    later = UNTIL + timedelta(days=3)
    again = opening.open_practice(MAY, later, ALL, cast.liu_fang, AT)
    assert (again.is_new, again.added, again.firms) == (False, 2, 3)
    with in_practice():
        assert set(Deadline.objects.filter(period=CODE).values_list("date", flat=True)) == {later}
        assert practised(cast.yuntu).sheets.exists()


def test_pressed_twice_it_is_opened_once_and_says_so(trainer, cast):
    press = {**CHOICE, "then": "open", "seen": 3}
    trainer.post(OPEN, press)
    assert "已经开启，选定的企业都在其中" in words_on(trainer.post(OPEN, press, follow=True))
    assert JournalEntry.objects.filter(action__in=["开启演练", "补充演练"]).count() == 1


def test_an_entry_that_was_merged_takes_no_part_though_its_last_day_is_to_come(cast):
    Enterprise.objects.filter(pk=cast.jialing.pk).update(merged_into=cast.yuntu, left_on=date(2024, 12, 31))
    train(cast, ALL)
    assert firms_in() == {cast.yuntu.name, cast.shancheng.name}


def test_an_empty_choice_opens_nothing(cast):
    with pytest.raises(Refused, match="没有可以参加演练的企业"):
        train(cast, Participants(DISTRICTS, districts=("500999",)))
    with in_practice():
        assert not Period.objects.exists()


def test_a_period_no_edition_governs_cannot_be_practised(cast):
    with pytest.raises(Refused, match="不能演练"):
        train(cast, real=PeriodCode(2019, 5))


def test_a_month_that_is_not_over_can_be_practised(cast):
    train(cast, real=PeriodCode(2024, 7))
    assert send(sign_in(cast.li_na), "2024P07").receipt.startswith("2024P07-")


def test_writes_to_nobody(cast):
    train(cast)
    assert not Letter.objects.exists()


@pytest.mark.parametrize("person", ["li_na", "chen_yu", "wu_gang"])
def test_is_opened_and_wiped_by_association_and_city_alone(person, cast):
    train(cast)
    client = sign_in(getattr(cast, person))
    assert client.post(OPEN, CHOICE).status_code == 403
    assert client.post(WIPE).status_code == 403
    for act in (
        lambda by: opening.open_practice(MAY, UNTIL, ALL, by, AT),
        lambda by: opening.wipe(Period(code=CODE), by, AT),
    ):
        with pytest.raises(Refused, match="演练由行业协会或市级"):
            act(getattr(cast, person))
    assert len(firms_in()) == 3


def test_the_city_may_as_well(cast):
    opening.open_practice(MAY, UNTIL, ALL, cast.zhou_tao, AT)
    assert "清除" in words_on(sign_in(cast.zhou_tao).get(HERE))


def test_who_takes_part_in_none_reads_so(cast):
    train(cast, Participants(FIRMS, firms=(cast.yuntu.pk,)))
    for person in (cast.sun_jie, cast.he_qing):
        assert "现在没有您参加的演练" in words_on(sign_in(person).get(HERE))
        assert "演练" not in words_on(sign_in(person).get("/", follow=True))


# Wiping


@pytest.fixture
def walked(cast):
    """A practice in which everything was done that can be."""
    train(cast)
    firm, district = sign_in(cast.li_na), sign_in(cast.chen_yu)
    sent = send(firm)
    district.post(reverse("district_send_back", args=[sent.receipt]), {"cell": [""], "reason": ["请核实"]})
    again = send(firm, version=1, _2050="401")
    district.post(reverse("district_query", args=[again.receipt]), {"note": "请说明"})
    firm.post(reverse("answer", args=[CODE]), {"note": "属实"})
    district.post(reverse("district_approve", args=[again.receipt]), {"note": ""})
    with in_practice():
        scan = Scan(submission=again, pages=1, by=cast.li_na, at=AT)
        scan.file.save("scan.pdf", ContentFile(b"%PDF-1.4"))
    return scan.file


def test_says_what_goes_and_nothing_of_it_remains(walked, trainer, cast, django_capture_on_commit_callbacks):
    before = JournalEntry.objects.filter(practice=False).count()
    page = words_on(trainer.get(WIPE))
    assert "参加的企业\n3" in page and "上报件\n2" in page and "不能恢复" in page
    with django_capture_on_commit_callbacks(execute=True):
        page = trainer.post(WIPE, follow=True)
    assert "2024年5月（演练）已清除：企业 3 家、上报件 2 份。" in words_on(page)
    with in_practice():
        for kind in (Period, Filing, Sheet, Explanation, Submission, Review, Scan):
            assert not kind.objects.exists(), kind
    assert not Deadline.objects.exists() and not Letter.objects.exists() and not Message.objects.exists()
    assert not walked.storage.exists(walked.name)
    lines = JournalEntry.objects.filter(period=CODE).order_by("pk")
    assert [line.action for line in lines] == ["开启演练", "清除演练"]
    assert not any(line.practice for line in JournalEntry.objects.all())
    assert JournalEntry.objects.filter(practice=False).count() == before + 1


def test_the_real_period_beside_it_stays_as_it_is(cast, trainer):
    real = make_may(cast)
    fill(sign_in(cast.li_na), "2024M05")
    train(cast)
    fill(sign_in(cast.li_na))
    trainer.post(WIPE)
    assert Filing.objects.count() == 3 and real.filing.sheets.count() == 1
    assert JournalEntry.objects.filter(period="2024M05", action="保存软统企6").exists()


def test_a_real_period_cannot_be_wiped_by_this(cast, trainer):
    real = make_may(cast)
    fill(sign_in(cast.li_na), "2024M05")
    assert trainer.post(reverse("wipe_practice", args=["2024M05"])).status_code == 404
    with pytest.raises(DoneAlready):
        opening.wipe(real.may, cast.liu_fang, AT)
    assert real.filing.sheets.count() == 1 and Period.objects.count() == 1


def test_wiped_twice_it_says_so(cast, trainer):
    train(cast)
    trainer.post(WIPE)
    assert "这次演练已经清除" in words_on(trainer.post(WIPE), 410)
    with pytest.raises(DoneAlready, match="已经清除"):
        opening.wipe(Period(code=CODE), cast.liu_fang, AT)
    assert JournalEntry.objects.filter(action="清除演练").count() == 1


def test_who_had_it_open_reads_that_it_is_gone(cast, trainer):
    train(cast)
    firm = sign_in(cast.li_na)
    sent = send(firm)
    trainer.post(WIPE)
    presses = [
        fill(firm, version=1),
        firm.post(reverse("check", args=[CODE])),
        firm.post(reverse("submit", args=[CODE]), {"signer": "王经理", "committed": "yes"}),
        firm.get(reverse("submission", args=[CODE, 1])),
        sign_in(cast.chen_yu).post(reverse("district_approve", args=[sent.receipt]), {"note": ""}),
    ]
    for answer in presses:
        assert "这次演练已经清除" in words_on(answer, 410)


@pytest.mark.parametrize("asked", ["sheet", "check"])
def test_wiped_between_two_questions_of_a_press_it_is_told_and_nothing_stored(asked, cast, monkeypatch):
    """The clerk's press has found its filing; before it holds it, the practice is wiped."""
    train(cast)
    firm = sign_in(cast.li_na)
    fill(firm)
    as_it_is = guards.hold

    def wiped_before(filing):
        opening.wipe(filing.period, cast.liu_fang, AT)
        as_it_is(filing)

    monkeypatch.setattr(guards, "hold", wiped_before)
    answer = fill(firm, version=1, _2050="402") if asked == "sheet" else firm.post(reverse("check", args=[CODE]))
    assert "这次演练已经清除" in words_on(answer, 410)


def test_one_after_the_other_under_the_same_code(cast, trainer):
    train(cast)
    first = send(sign_in(cast.li_na))
    trainer.post(WIPE)
    train(cast)
    assert practised(cast.yuntu).state == "00"
    second = send(sign_in(cast.li_na))
    assert second.receipt != first.receipt and second.number == 1


def test_what_somebody_hangs_on_a_practice_later_is_not_forgotten(cast):
    """Were a row of another kind there, wiping would stop at it and take nothing."""
    train(cast)
    with in_practice():
        Message.objects.create(filing=practised(cast.yuntu), text="留言", by=cast.li_na, at=AT)
    with pytest.raises(ProtectedError):
        opening.wipe(Period(code=CODE), cast.liu_fang, AT)
    assert len(firms_in()) == 3


@pytest.mark.worker
def test_a_save_that_waited_for_the_wiping_is_told_and_stores_nothing(transactional_db):
    cast = assemble()
    train(cast)
    firm = sign_in(cast.li_na)
    fill(firm)

    def save():
        assert "这次演练已经清除" in words_on(fill(firm, version=1, _2050="402"), 410)

    while_another(lambda: opening.wipe(Period(code=CODE), cast.liu_fang, AT), save)
    with in_practice():
        assert not Sheet.objects.exists()


@pytest.mark.worker
def test_a_wiping_that_waited_for_a_save_takes_it_as_well(transactional_db):
    cast = assemble()
    train(cast)
    filing = practised(cast.yuntu)

    def save():
        with in_practice():
            workflow.save_sheet(filing, "软统企6", CLEAN_MAY, 0, cast.li_na, AT)

    while_another(save, lambda: opening.wipe(filing.period, cast.liu_fang, AT))
    with in_practice():
        assert not Sheet.objects.exists() and not Filing.objects.exists()
    assert not JournalEntry.objects.filter(practice=True).exists()
