"""What a form says about what it cannot take: a Chinese sentence with the field's name and the way to mend it."""

import uuid

import pytest
from django import forms

from accounts.form_words import NameField, PlainForm
from reporting.models import Announcement
from reporting.periods.forms import DeadlinesForm
from tests.cast import AT
from tests.may import make_may
from tests.officials import make_it_be, sign_in
from tests.reading import words_on
from tests.workflow.lateness import WHY

OF_DJANGO = ("确保该", "确保此", "请输入有效", "选择一个有效的选项", "这个字段是必填项", "变量")


@pytest.fixture
def may(cast):
    make_it_be(AT.date())
    return make_may(cast)


def said(answer, status=422) -> str:
    text = words_on(answer, status)
    assert not [words for words in OF_DJANGO if words in text]
    return text


class EveryKind(PlainForm):
    title = forms.CharField(label="标题", max_length=5)
    place = forms.CharField(max_length=5, required=False)
    kind = forms.ChoiceField(label="种类", choices=[("a", "甲")])
    kinds = forms.MultipleChoiceField(label="各类", choices=[("a", "甲")])
    day = forms.DateField(label="日期")
    days = forms.IntegerField(label="天数", min_value=1, max_value=9)
    share = forms.DecimalField(label="比例", max_digits=4, decimal_places=2)
    site = forms.URLField(label="网址", max_length=30, assume_scheme="https")
    token = forms.UUIDField(label="凭证")
    name = NameField(label="名称")
    own = forms.CharField(label="自己", max_length=3, error_messages={"max_length": "太长了。"})


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("title", "", "请填写标题。"),
        ("title", "长" * 10_000, "标题最多 5 字，现在有 10000 字，请精简后再提交。"),
        (
            "name",
            "长\u202e城",
            "名称里，第 2 个字符（“长”之后）是看不见的改变书写方向的标记（U+202E），请删去后手工重新输入。",
        ),
        ("kind", "", "请选择种类。"),
        ("kind", "乙" * 500, "种类不在可用的选项里，请从列出的选项中重新选择。"),
        ("kinds", ["b"], "各类不在可用的选项里，请从列出的选项中重新选择。"),
        ("day", "下周", "日期不是日期，请写作 2024-06-30。"),
        ("days", "几天", "天数应为整数，例如 12。"),
        ("days", "0", "天数不能小于 1，请改大后再提交。"),
        ("days", "10", "天数不能大于 9，请改小后再提交。"),
        ("share", "多", "比例应为数字，例如 12.5。"),
        ("share", "1.234", "比例最多 2 位小数，请四舍五入后再提交。"),
        ("site", "网上", "网址写法不对，应像 https://www.gov.cn/。"),
        ("token", "假的", "凭证写法不对，请核对后重新填写。"),
        ("own", "长" * 4, "太长了。"),
    ],
)
def test_it_names_the_field_and_the_way_out(name, typed, sentence):
    assert EveryKind({name: typed}).errors[name] == [sentence]


def test_a_field_without_a_label_goes_by_its_name():
    assert EveryKind({"place": "长" * 6}).errors["place"] == ["Place最多 5 字，现在有 6 字，请精简后再提交。"]


def test_fields_added_late_say_it_too():
    assert DeadlinesForm({"city": "下周"}).errors["city"] == ["市级审核截止日不是日期，请写作 2024-06-30。"]


def test_an_announcement(may):
    typed = {"title": "长" * 10_000, "text": "请报。", "to_firms": "on", "shown_until": "明天"}
    text = said(sign_in(may.city).post("/announcements/write/", typed), 200)
    assert "标题最多 100 字，现在有 10000 字，请精简后再提交。" in text
    assert "请按 2024-06-30 的样子填写日期。" in text
    assert not Announcement.objects.exists()


@pytest.mark.parametrize(
    ("forged", "sentence"),
    [
        ({"token": "假的"}, "预览页的内容不完整或被改动过，请重新预览后再发送。"),
        ({"previewed_at": ""}, "预览页的内容不完整或被改动过，请重新预览后再发送。"),
        ({"state": "假的"}, "状态不在可用的选项里"),
        ({"q": "长" * 61}, "企业名称或信用代码最多 60 字，现在有 61 字"),
        ({"words": "长" * 501}, "附言最多 500 字，现在有 501 字"),
        ({"period": "2031M05"}, "报告期不在可用的选项里"),
    ],
)
def test_a_forged_urging(may, forged, sentence):
    typed = {"period": "2024M05", "token": str(uuid.uuid4()), "previewed_at": AT.isoformat()}
    assert sentence in said(sign_in(may.city).post("/reminders/send/", typed | forged))


def test_a_forged_schedule(may):
    answer = sign_in(may.city).post("/reminders/schedule/", {"early_days": "500", "early_hour": "99", "soon_days": "x"})
    text = said(answer)
    assert (
        "截止前几个工作日不能大于" in text and "几点起不在可用的选项里" in text and "截止前几个工作日应为整数" in text
    )


def test_a_forged_calendar(may):
    desk = sign_in(may.city)
    lines = {"lines-TOTAL_FORMS": "1", "lines-INITIAL_FORMS": "0", "lines-0-name": "长" * 41}
    text = said(desk.post("/calendar/2027/enter/", lines | {"number": "长" * 81, "url": "网上"}))
    for sentence in ("节日最多 40 字，现在有 41 字", "文号最多 80 字，现在有 81 字", "请填写标题。", "网址写法不对"):
        assert sentence in text
    assert "请刷新页面后重新填写" in said(desk.post("/calendar/2027/enter/", {"number": "1", "title": "通知"}))


def test_a_forged_extension_and_purpose(may):
    firm = sign_in(may.clerk)
    for typed, sentence in (
        ({"until": "2024-06-13", "reason": "长" * 501}, "延期原因最多 500 字，现在有 501 字，请精简后再提交。"),
        ({"until": "某" * 10_000, "reason": WHY}, f"“{'某' * 20}”不是日期，请写作 2024-06-13。"),
    ):
        assert sentence in said(firm.post("/filings/2024M05/extension/", typed, follow=True), 200)
    assert "用途最多 200 字，现在有 201 字" in said(firm.post("/record/certificate/", {"purpose": "长" * 201}), 409)
