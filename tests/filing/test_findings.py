"""How many findings of one mistake reach the firm: together, in order of importance, on cells it can type in."""

from decimal import Decimal

import pytest
from django.urls import reverse

from reporting.filing.judging import facts_for, judge, judge_cells
from reporting.firm.views.overview import Overview
from reporting.models import Explanation
from tests.cast import AT
from tests.filing.test_enterprise_pages import MAY, cast, firm, plain_backend, save  # noqa: F401
from tests.may import CLEAN_MAY, fresh
from tests.reading import words_on

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

YUAN = ("2010", "2021", "2022", "2050", "2080", "2110", "2111")  # typed in yuan: ten thousand times last year's


def last_year(times: int, rows=YUAN) -> dict[str, str]:
    """CLEAN_MAY with the figures of a year ago, of which this year's are so many times as large."""
    earlier = {key.replace("c1", "c2"): text for key, text in CLEAN_MAY.items() if key != "2113.c1"}
    figures = {f"{row}.c1": str(int(CLEAN_MAY[f"{row}.c1"]) * times) for row in rows}
    return {**CLEAN_MAY, **earlier, **figures}


def desk_of(cast, **history) -> Overview:  # noqa: F811
    """云图's desk, as if it had filed before what `history` says."""
    filing = fresh(cast.filing)
    desk = Overview(filing, AT)
    if history:
        facts = facts_for(filing)
        object.__setattr__(facts, "history", history)
        desk.judgement = judge_cells(filing.edition, desk.typed, facts)
    return desk


def rules(shown) -> list[str]:
    return [entry.rule for entry in shown]


def test_one_unit_mistake_is_one_entry_with_a_way_to_every_cell(firm, cast):  # noqa: F811
    save(firm, last_year(10_000))
    desk = desk_of(cast)
    (entry,) = [shown for shown in desk.findings("error") if shown.rule == "X16"]
    assert entry.message == (
        "与对比期相差约一万倍，疑似元与万元填错，请更正单位："
        "2010 主营业务收入、2020 软件业务收入合计等 8 个指标，共 8 处。"
    )
    assert [link.cell for link in entry.links][:3] == ["2010.c1", "2020.c1", "2021.c1"]
    errors = desk.remarks(cast.filing.edition.table("软统企6")).errors
    assert errors["2021.c1"] == ["须修改 X16"] and "2020.c1" not in errors  # the total follows
    assert desk.count_wrong() == len(desk.judgement.errors)
    page = words_on(firm.get(reverse("filing", args=[MAY])))
    assert page.count("须修改 X16") == 1 and "现为 10,000,000.00 万元，去年同期累计为 1,000.00 万元" in page


def test_growth_is_not_asked_about_while_the_unit_is_in_doubt(firm, cast):  # noqa: F811
    save(firm, {**last_year(10_000, ["2010"]), "2023.c1": "900"})
    desk = desk_of(cast)
    assert {"X07", "X09"} <= set(rules_found(desk))
    assert "X07" not in rules(desk.findings("warning")) and "X09" in rules(desk.findings("warning"))
    assert "X07" not in [finding.rule for finding in desk.unexplained()]


def rules_found(desk) -> list[str]:
    return [finding.rule for finding in desk.judgement.warnings]


def test_many_warnings_of_a_rule_are_explained_at_once(firm, cast):  # noqa: F811
    save(firm, last_year(2, ["2021", "2022", "2050", "2080", "2110"]))
    (entry,) = [shown for shown in desk_of(cast).findings("warning") if shown.rule == "X09"]
    assert len(entry.findings) == 5
    sent = {"rule": "X09", "fingerprint": [f.fingerprint for f in entry.findings], "text": "短"}
    page = words_on(firm.post(reverse("explain", args=[MAY]), sent, HTTP_HX_REQUEST="true"))
    assert "不少于 10 个字" in page and "用于以上 5 处" in page and not Explanation.objects.exists()
    sent["text"] = "本年并入了子公司的业务，口径同上。"
    page = words_on(firm.post(reverse("explain", args=[MAY]), sent, HTTP_HX_REQUEST="true"))
    assert "已说明 X09" in page and Explanation.objects.filter(rule="X09").count() == 5


def test_when_one_of_many_warnings_is_gone_none_is_explained(firm, cast):  # noqa: F811
    save(firm, last_year(2, ["2021", "2022", "2050", "2080", "2110"]))
    found = [finding.fingerprint for finding in judge(fresh(cast.filing)).warnings if finding.rule == "X09"]
    sent = {"rule": "X09", "fingerprint": [*found, "gone"], "reason_code": "01"}
    firm.post(reverse("explain", args=[MAY]), sent, HTTP_HX_REQUEST="true")
    assert not Explanation.objects.exists()


def test_a_figure_of_the_past_is_not_marked_and_leads_to_the_adjustment(firm, cast):  # noqa: F811
    save(firm)
    year_ago = {key: Decimal(text) for key, text in CLEAN_MAY.items()}
    desk = desk_of(cast, year_ago={**year_ago, "20211.c1": Decimal(501)})
    (entry,) = [shown for shown in desk.findings("error") if shown.rule == "R602"]
    assert entry.findings[0].cells == ("软统企6!20211.c2", "软统企6!2021.c2") and entry.from_the_past
    table = cast.filing.edition.table("软统企6")
    assert not {"20211.c2", "2021.c2"} & set(desk.remarks(table).errors)


def test_an_error_marks_what_can_be_typed(firm, cast):  # noqa: F811
    save(firm, {**CLEAN_MAY, "2010.c1": "800"})  # R608: 2020 is computed, 2010 is typed
    errors = desk_of(cast).remarks(cast.filing.edition.table("软统企6")).errors
    assert errors["2010.c1"] == ["须修改 R608"] and "2020.c1" not in errors
