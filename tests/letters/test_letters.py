"""The letters about filings: who gets one when another desk is to go on."""

from datetime import date

import pytest

from accounts.models import Letter
from reporting import workflow
from reporting.models import BaseAdjustment
from tests.cast import AT
from tests.may import make_may, open_period
from tests.officials import file_may, freeze


@pytest.fixture
def may(cast):
    return make_may(cast)


@pytest.fixture
def posted(django_capture_on_commit_callbacks, mailoutbox):
    """Do one thing and hand over the letters it sent."""

    def do(change) -> dict[str, object]:
        Letter.objects.filter(state=Letter.State.WAITING).update(state=Letter.State.SENT)  # what was written before
        mailoutbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            change()
        return {letter.to[0]: letter for letter in mailoutbox}

    return do


def test_a_request_for_another_base_goes_to_the_district_and_its_answer_to_the_firm(may, cast, posted):
    freeze(workflow.owe(cast.yuntu, open_period("2023M05", date(2023, 6, 1))), may.clerk, {"2010.c1": "900.00"})
    ask = posted(lambda: workflow.ask_adjustment(may.filing, "2010.c2", "950", may.clerk, AT, "吸收合并"))
    assert list(ask) == [cast.chen_yu.email]
    body = ask[cast.chen_yu.email].body
    assert "去年同期" in body and "由 900.00 改为 950" in body and "吸收合并" in body and "/district/requests/" in body
    request = BaseAdjustment.objects.get()
    said = posted(lambda: workflow.decide_adjustment(request, False, may.reviewer, AT, "请附合并公告"))
    assert set(said) == {cast.li_na.email, cast.wang_lei.email}
    letter = said[cast.li_na.email]
    assert "未同意" in letter.subject and "请附合并公告" in letter.body and "/filings/2024M05/bases/" in letter.body


def test_the_firms_answer_goes_to_its_district(may, cast, posted):
    submission = file_may(may.filing, may.clerk)
    workflow.query(submission, may.reviewer, AT, "为何没有云服务收入？")
    letters = posted(lambda: workflow.answer(may.filing, may.clerk, AT, "合同在下月验收。"))
    assert list(letters) == [cast.chen_yu.email]
    assert "合同在下月验收。" in letters[cast.chen_yu.email].body
    assert f"/district/submissions/{submission.receipt}/" in letters[cast.chen_yu.email].body


@pytest.mark.parametrize(("asker", "readers"), [("city", {"zhou_tao"}), ("analyst", {"zhou_tao", "liu_fang"})])
def test_the_districts_answer_goes_to_the_city_and_to_who_asked(may, cast, posted, asker, readers):
    submission = freeze(may.filing, may.clerk, {"2010.c1": "1000.00"})
    workflow.approve(submission, may.reviewer, AT)
    workflow.city_query(submission, getattr(may, asker), AT, "请核实")
    letters = posted(lambda: workflow.answer_city(submission, may.reviewer, AT, "已电话核实无误"))
    assert set(letters) == {getattr(cast, reader).email for reader in readers}
    body = letters[cast.zhou_tao.email].body
    assert "已电话核实无误" in body and f"/city/submissions/{submission.receipt}/" in body
