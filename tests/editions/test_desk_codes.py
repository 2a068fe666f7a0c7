"""A code comes into a list with a revision, from the period that one holds from; the past keeps its digest."""

import pytest
from django.core.management import call_command

from accounts.models import JournalEntry
from forms_tables.edition import drafting
from forms_tables.edition.catalog import load_edition, shipped_content
from forms_tables.edition.periods import PeriodCode
from reporting.editions import drafts
from reporting.models import Rehearsal, edition_in_force, published_edition
from tests.cast import AT
from tests.may import make_may
from tests.officials import make_it_be, sign_in
from tests.reading import markup_of

CODE = "chongqing-2024"


@pytest.fixture
def draft(cast):
    make_it_be(AT.date())
    call_command("load_edition", verbosity=0)
    cast.may = make_may(cast).may
    return drafts.begin_draft(CODE, cast.zhou_tao, AT)


def said(draft, **more) -> dict:
    return {"draft": draft.pk, "version": draft.version, "which": "C17", "code": "77", "name": "区划调整", **more}


def test_a_code_is_written_into_the_draft_once(draft, cast):
    desk = sign_in(cast.zhou_tao)
    text = markup_of(desk.post("/city/desk/codes/", said(draft), follow=True))
    assert "代码 C17 77 区划调整：已写入修订稿。" in text
    draft.refresh_from_db()
    again = markup_of(desk.post("/city/desk/codes/", said(draft), follow=True))
    assert "已写入修订稿" in again and JournalEntry.objects.filter(action="修改修订稿").count() == 1
    draft.refresh_from_db()
    assert draft.version == 1 and draft.edition.code_lists["C17"].name_of("77") == "区划调整"


def test_a_page_that_stood_open_and_a_list_of_no_ones_are_refused(draft, cast):
    desk = sign_in(cast.zhou_tao)
    desk.post("/city/desk/codes/", said(draft))
    assert "已由" in markup_of(desk.post("/city/desk/codes/", said(draft, code="78")), 409)
    markup_of(desk.post("/city/desk/codes/", said(draft, which="C18")), 422)  # read off the districts
    assert "代码只用字母" in markup_of(desk.post("/city/desk/codes/", said(draft, code="九")), 422)
    assert sign_in(cast.liu_fang).post("/city/desk/codes/", said(draft)).status_code == 404
    with pytest.raises(drafting.NotThere):
        drafting.with_code(shipped_content(CODE), "C18", "500199", "新区")


def test_a_published_code_holds_from_its_period_and_leaves_the_past_digest(draft, cast):
    content = drafting.with_code(draft.content, "C17", "77", "区划调整")
    draft = drafts.change_draft(draft, 0, content, cast.zhou_tao, AT, "代码 C17 77")
    seen = Rehearsal.objects.create(
        draft=draft, version=1, period=cast.may, state=Rehearsal.DONE, by=cast.zhou_tao, at=AT, effect={"filings": 1}
    )
    drafts.publish(draft, 1, "2024M06", "通知", seen, cast.zhou_tao, AT)
    of = {code: published_edition(edition_in_force(PeriodCode.parse(code))) for code in ("2024M05", "2024M06")}
    assert of["2024M05"].code_lists["C17"].name_of("77") is None
    assert of["2024M06"].code_lists["C17"].name_of("77") == "区划调整"
    assert load_edition(CODE).digest.startswith("164c7cc8")
