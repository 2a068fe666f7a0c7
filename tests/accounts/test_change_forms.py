"""A form over something that stands: a body that carries one field changes that field and no other."""

import pytest
from django.core.management import call_command
from django.http import QueryDict

from accounts.contacts import DistrictContactForm
from accounts.forms import OwnContactForm
from accounts.models import DistrictContact
from reporting.calendar.views.deadlines import ReadingForm
from reporting.dates.deadlines import DEFAULT
from reporting.editions.drafts import begin_draft
from reporting.editions.views.parameters import DraftParameterForm
from reporting.editions.views.row_form import RowForm
from reporting.editions.views.rule_form import RuleForm, typed_from
from reporting.letters import schedule
from reporting.periods.forms import EstimatesForm
from reporting.register.forms import FactsForm, FirmContactForm
from reporting.reminders.forms import ScheduleForm
from tests.cast import AT

CONTACT = {
    "contact_name": "统计员",
    "mobile": "13800000000",
    "phone": "",
    "email": "a@example.com",
    "address": "民权路1号",
}
OWN = {"name": "李娜", "mobile": "13800000001", "email": "a@example.com"}
FACTS = {"A22": "6513", "A34": "1,3B", "A36": "否", "A37": "是", "A19": "1"}


def cleaned(form) -> dict:
    assert form.is_valid(), form.errors
    return form.cleaned_data


def test_a_contact_keeps_what_the_body_does_not_name_and_clears_what_it_names_blank():
    assert cleaned(OwnContactForm(QueryDict("name=李敏"), initial=OWN)) == OWN | {"name": "李敏"}
    said = cleaned(FirmContactForm(QueryDict("contact_name=钱七&address="), initial=CONTACT))
    assert said == CONTACT | {"contact_name": "钱七", "address": ""}


@pytest.mark.django_db
def test_a_districts_line_keeps_the_rest():
    line = DistrictContact(leader="甲", clerk="乙", post="科长", phone="023-63890000", email="a@example.com")
    said = cleaned(DistrictContactForm(QueryDict("clerk=丙"), instance=line))
    assert (said["clerk"], said["leader"], said["email"]) == ("丙", "甲", "a@example.com")


@pytest.mark.django_db
def test_facts_keep_the_boxes_that_were_not_on_the_page():
    form = FactsForm(QueryDict("facts-A36=是"), attributes=FACTS, prefix="facts")
    cleaned(form)
    said = {code: value for code, value in form.facts().items() if value}
    assert said == {code: value for code, value in FACTS.items() if code in form.fields} | {"A36": "是"}
    none = FactsForm(QueryDict("facts-A34="), attributes=FACTS, prefix="facts")
    assert none.errors["A34"] == ["请至少选一项纳统类别。"]  # all unticked, and said so


@pytest.mark.django_db
def test_the_schedule_turns_off_only_what_was_unticked_on_the_page():
    stands = schedule.schedule()
    names = [name for name, reminder_time in stands.items() if reminder_time.on and not reminder_time.always]
    form = ScheduleForm(QueryDict(f"{names[0]}_on="), stands=stands)
    cleaned(form)
    assert [name for name, wanted in form.wanted.items() if not wanted["on"] and stands[name].on] == names[:1]
    assert f'<input type="hidden" name="{names[0]}_on" value="">' in str(form[f"{names[0]}_on"])


@pytest.mark.parametrize(("body", "allowed"), [("reason=x", True), ("reason=x&allowed=", False)])
def test_estimates_are_forbidden_only_by_a_page_with_the_box(body, allowed):
    assert cleaned(EstimatesForm(QueryDict(body), initial={"allowed": True}))["allowed"] is allowed


def test_a_reading_keeps_the_choices_that_were_not_made():
    reading = DEFAULT.__class__(**{**vars(DEFAULT), "reports_january": True})
    form = ReadingForm(QueryDict("reason=文号"), reading=reading)
    cleaned(form)
    assert form.reading == reading


@pytest.mark.django_db
def test_the_rule_desk_keeps_what_a_body_does_not_name(cast):
    call_command("load_edition", verbosity=0)
    draft = begin_draft("chongqing-2024", cast.zhou_tao, AT)
    rule = next(each for each in draft.content["rules.toml"]["rule"] if each["id"] == "R602")
    form = RuleForm(QueryDict("message=请核对"), edition=draft.edition, standing=rule)
    form.is_saved = True
    said = cleaned(form)
    before = cleaned(RuleForm(typed_from(rule), edition=draft.edition, standing=rule))
    assert {name: said[name] for name in ("texts", "when", "columns", "each", "basis")} == {
        name: before[name] for name in ("texts", "when", "columns", "each", "basis")
    }
    table = draft.edition.table("软统企6")
    row = next(each for each in draft.content["t6.toml"]["indicator"] if each["code"] == "2010")
    full = RowForm(QueryDict("name=营业收入"), draft=draft, table=table, standing=row)
    cleaned(full)
    assert {**full.said, "name": row["name"]}.items() >= {key: row[key] for key in ("required",)}.items()
    name, parameter = next(iter(draft.content["edition.toml"]["parameters"].items()))
    said = cleaned(DraftParameterForm(QueryDict("title=新名"), draft=draft, standing=parameter))
    assert said["title"] == "新名" and said["provenance"] == parameter["provenance"]
