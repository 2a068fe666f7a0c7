"""A filing on paper: the official form, read back from the PDF."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.models import Enterprise
from forms_tables.edition.catalog import load_edition
from forms_tables.edition.periods import PeriodCode
from forms_tables.filling.completion import Facts
from reporting import workflow
from reporting.filing.idle import not_applying
from reporting.filing.judging import judge
from reporting.models import Filing, Period
from reporting.paper.contents import PaperSource, drafted, paper_of, submitted
from reporting.paper.printing import NoSuchTable, print_drafts, print_submission
from reporting.paper.receipts import digest_of, in_short
from reporting.paper.typesetting import typeset
from tests.cast import AT
from tests.filings import sound_filing
from tests.may import CLEAN_MAY, fresh, make_may
from tests.officials import file_may, freeze
from tests.paper.reading import fonts_of, line_with, lines_of, pages_of, text_of

HARSH = '重庆#set "云图"\\软件$x$*甲*_乙_<a>@b `c` //丙有限公司'


@pytest.fixture
def may(cast):
    return make_may(cast)


def draft_of(may, **cells: str) -> bytes:
    workflow.save_sheet(may.filing, "软统企6", {**CLEAN_MAY, **cells}, 0, may.clerk, AT)
    return print_drafts(fresh(may.filing), "", AT).pdf


def filed_by(values, period: PeriodCode, edition, attributes, marks=(), **facts) -> PaperSource:
    """A whole filing of an invented firm, apart from the record."""
    filing = Filing(period=Period(code=str(period), edition_code=edition.code), **facts)
    return PaperSource(filing, edition, Facts(period, attributes), values, {}, "", marks, "")


# What it says


def test_it_has_the_head_of_the_official_form(may):
    said = text_of(draft_of(may))
    for words in (
        "软件和信息技术服务业企业月报表", "表号：软统企6", "制定机关：工业和信息化部", "批准机关：国家统计局",
        "文号：国统制〔2021〕136号", "有效期至：", "统一社会信用代码：91500103MA5U12346B", "组织机构代码：MA5U12346",
        "单位详细名称：重庆云图软件有限公司", "是否有嵌入式系统软件业务：否", "2024年5月",
        "计量单位：金额：万元；出口：万美元",
        "单位负责人：", "统计负责人：统计员", "填表人：", "移动电话：13800000000", "报出日期：", "单位（盖章）：",
    ):  # fmt: skip
        assert words in said, words


def test_a_form_that_is_derived_says_so(may):
    edition = load_edition("chongqing-2024")
    filed = drafted(fresh(may.filing), judge(fresh(may.filing)), AT)
    official, derived = (text_of(typeset(paper_of(filed, [edition.table(code)]))) for code in ("软统企6", "软统企7"))
    assert "官方表式未公布" in derived and "官方表式未公布" not in official
    assert "国统制〔2021〕136号" in derived


def test_figures_stand_in_their_cells_as_they_are_read(may):
    pdf = draft_of(may, **{"2010.c1": "1234567.8", "2090.c1": "-280"})
    assert line_with(pdf, "2010")[:5] == ["主营业务收入", "万元", "2010", "1,234,567.80"]
    assert "-280.00" in line_with(pdf, "2090")


def test_no_column_not_applying_blank_and_nought_are_told_apart(may):
    pdf = draft_of(may, **{"20223.c1": "0", "2041.c1": ""})
    assert line_with(pdf, "2113")[-2:] == ["—", "—"]  # 订单同比增长 has no rates of its own
    assert line_with(pdf, "20421")[3:] == ["／"] * 5  # no embedded software: the row is not for this firm
    assert line_with(pdf, "20223")[3:] == ["0.00"]
    assert line_with(pdf, "2041")[3:] == []


def test_in_february_what_went_before_does_not_apply():
    edition = load_edition("chongqing-2024")
    february, may = (not_applying(edition, Facts(PeriodCode(2024, month), {"A36": "是"}), {}) for month in (2, 5))
    assert "2010.c3" in february - may and "2010.c1" not in february


def test_codes_are_printed_with_their_names(cast):
    edition = load_edition("chongqing-2024")
    values = {"A04.v": "500103001000", "A07.v": "500108", "A22.v": "6513", "A34.v": "1,3B", "A41.v": "是"}
    values["A41.v2"] = "2026-12-31"
    filed = filed_by(values, PeriodCode(2023), edition, {"A03": "甲"}, enterprise=cast.yuntu, district=cast.yuzhong)
    said = text_of(typeset(paper_of(filed, [edition.table("软统企1")])))
    for words in (
        "500103001000渝中区", "500108南岸区", "6513应用软件开发", "3B工业软件", "是证书有效期至：2026-12-31",
    ):  # fmt: skip
        assert words in said, words


def test_a_draft_says_that_it_is_one_on_every_page(may):
    pages = pages_of(draft_of(may))
    assert all("草稿" in page for page in pages)
    assert "草稿，2024年6月5日09:30打印，未经上报" in pages[0]
    assert "验证码" not in pages[0]


# A submission


def test_a_submission_is_printed_as_it_was_sent_with_its_receipt(may):
    sent = file_may(may.filing, may.clerk)
    said = text_of(print_submission(sent, "").pdf)
    for words in (
        "上报回执", sent.receipt, sent.printed_code,
        "2024年6月5日09:30:00，按时（当时的截止日2024年6月12日）",
        "单位负责人：王经理", "填表人：李娜", "报出日期：2024年6月5日", "受理区县渝中区",
        in_short(digest_of(sent)).replace(" ", ""),
        "/verify/", "第1页，共",
    ):  # fmt: skip
        assert words in said, words
    assert "草稿" not in said


def test_it_keeps_what_was_frozen_whatever_the_register_and_the_drafts_say_since(may, cast):
    sent = file_may(may.filing, may.clerk)
    before = text_of(print_submission(sent, "").pdf)
    workflow.recall(fresh(may.filing), may.clerk, AT)
    workflow.save_sheet(fresh(may.filing), "软统企6", {"2010.c1": "9999"}, 1, may.clerk, AT)
    cast.yuntu.name = "重庆改名软件有限公司"
    cast.yuntu.save()
    sent = type(sent).objects.get(pk=sent.pk)
    after = text_of(print_submission(sent, "").pdf)
    assert "已撤回" in after
    assert "重庆云图软件有限公司" in after and "改名" not in after and "9,999" not in after
    assert after.replace("已撤回", "") == before


def test_it_keeps_telephones_contact_and_district_of_then(may, cast):
    Enterprise.objects.filter(pk=cast.yuntu.pk).update(phone="023-63890000")
    sent = file_may(fresh(may.filing), may.clerk)
    before, digest = text_of(print_submission(sent, "").pdf), digest_of(sent)
    for words in ("统计负责人：统计员", "移动电话：13800000000", "固定电话：023-63890000"):
        assert words in before, words
    Enterprise.objects.filter(pk=cast.yuntu.pk).update(mobile="13911111111", phone="023-1", contact_name="新人")
    Filing.objects.filter(pk=may.filing.pk).update(district=cast.nanan)
    sent = type(sent).objects.get(pk=sent.pk)
    assert text_of(print_submission(sent, "").pdf) == before
    assert digest_of(sent) == digest


def test_it_names_the_firm_somebody_stood_in_for_as_it_was_called(may, cast):
    cast.zhao_min.working_for = cast.yuntu
    sent = file_may(fresh(may.filing), cast.zhao_min)
    cast.yuntu.name = "重庆改名软件有限公司"
    cast.yuntu.save()
    said = text_of(print_submission(type(sent).objects.get(pk=sent.pk), "").pdf)
    assert "赵敏（重庆嘉陵微电子有限公司，代重庆云图软件有限公司）" in said and "改名" not in said


def test_what_was_not_frozen_with_it_leaves_room_to_write_by_hand(may, cast):
    sent = freeze(may.filing, may.clerk, CLEAN_MAY)
    people = submitted(sent).people
    assert [people[label] for label in ("统计负责人", "移动电话", "固定电话")] == ["", "", ""]


def test_the_same_submission_is_the_same_file(may):
    sent = file_may(may.filing, may.clerk)
    assert print_submission(sent, "").pdf == print_submission(type(sent).objects.get(pk=sent.pk), "").pdf


def test_several_people_may_print_at_once(may):
    filed = drafted(fresh(may.filing), judge(fresh(may.filing)), AT)
    contents = paper_of(filed, [filed.edition.table("软统企6")])
    with ThreadPoolExecutor(4) as people:
        assert len(set(people.map(typeset, [contents] * 8))) == 1


@pytest.mark.parametrize(
    "happens, mark",
    [("nothing", ""), ("recalled", "已撤回"), ("returned", "已退回"), ("overtaken", "已被取代")],
)
def test_what_stands_no_more_says_so_across_the_page(may, happens, mark):
    sent = file_may(may.filing, may.clerk)
    if happens == "recalled":
        workflow.recall(fresh(may.filing), may.clerk, AT)
    if happens in ("returned", "overtaken"):
        workflow.send_back(sent, [{"cell": "", "reason": "请核对后重新上报。"}], may.reviewer, AT)
    if happens == "overtaken":
        workflow.save_sheet(fresh(may.filing), "软统企6", {"2010.c1": "1001"}, 1, may.clerk, AT)
        file_may(
            fresh(may.filing), may.clerk, {**CLEAN_MAY, "2010.c1": "1001"}, "按区县意见更正", AT + timedelta(hours=1)
        )
    printed = print_submission(type(sent).objects.get(pk=sent.pk), "")
    said = pages_of(printed.pdf)
    for other in ("已撤回", "已退回", "已被取代", "草稿", "演练"):
        assert all((other in page) == (other == mark) for page in said), other
    assert not mark or mark in printed.name


# How long, and of what


def test_a_month_fits_two_pages_with_its_receipt(may, cast):
    edition = load_edition("chongqing-2024")
    sent = file_may(may.filing, may.clerk)
    alone = print_submission(sent, "").pdf
    assert len(pages_of(alone)) <= 2
    sound = sound_filing(edition, 5, 7)
    sent.tables, sent.values = ["软统企6", "软统企7"], edition.values_as_text(sound.values)
    both = pages_of(print_submission(sent, "").pdf)
    assert len(both) == 2 and "软统企7" in both[1] and "上报回执" in both[1]


def test_the_table_of_classes_fits_four_pages(cast):
    edition = load_edition("chongqing-2024")
    table = edition.table("软统企4")
    long = {f"{row.code}.{key}": Decimal("-999999999999.99") for row in table.indicators for key in row.columns}
    filed = filed_by(long, PeriodCode(2023), edition, {"A36": "是"}, enterprise=cast.yuntu, district=cast.yuzhong)
    pdf = typeset(paper_of(filed, [table]))
    assert 1 < len(pages_of(pdf)) <= 4
    assert "软统企4软件业务收入分类表（续）" in pages_of(pdf)[1]
    assert sum("-999,999,999,999.99" in line for line in lines_of(pdf)) == len(
        [row for row in table.indicators if row.columns]
    )


def test_it_stands_on_the_fonts_of_the_product_alone(may):
    assert {name.partition("-")[0] for name in fonts_of(draft_of(may))} == {"NotoSerifSC", "NotoSansSC"}


def test_a_table_may_be_printed_alone_and_one_that_is_not_owed_may_not(may):
    assert print_drafts(fresh(may.filing), "t6", AT).name == "重庆云图软件有限公司_2024年5月_软统企6_草稿.pdf"
    with pytest.raises(NoSuchTable):
        print_drafts(fresh(may.filing), "t7", AT)


# Names


def test_a_name_is_printed_as_it_is_and_read_as_no_command(may, cast):
    cast.yuntu.name = HARSH
    cast.yuntu.save()
    printed = print_drafts(fresh(may.filing), "", AT)
    assert f"单位详细名称：{HARSH}".replace(" ", "") in text_of(printed.pdf)
    assert printed.name.startswith("重庆#set _云图_软件$x$_甲_乙_a_@b `c` _丙有限公司_2024年5月")


@pytest.mark.parametrize("rare", ["龘", "䶮", "㐂", "鿍", "𬺓"])
def test_rare_characters_of_names_are_drawn(may, cast, rare):
    cast.yuntu.name = f"重庆{rare}软件有限公司"
    cast.yuntu.save()
    said = text_of(print_drafts(fresh(may.filing), "", AT).pdf)
    assert cast.yuntu.name in said and "〔U+" not in said


@pytest.mark.parametrize("unknown, number", [("𠀀", "〔U+20000〕"), ("\U000e0101", "〔U+E0101〕"), ("ༀ", "〔U+0F00〕")])
def test_what_no_font_knows_is_a_number_and_never_a_box(may, cast, unknown, number):
    cast.yuntu.name = f"重庆{unknown}软件有限公司"
    cast.yuntu.save()
    said = text_of(print_drafts(fresh(may.filing), "", AT).pdf)
    assert f"重庆{number}软件有限公司" in said
    assert f"{number}：字库里没有这个字" in said


def test_long_texts_are_wrapped(may, cast):
    cast.yuntu.name = "A" * 60 + "有限公司" * 15
    cast.yuntu.save()
    said = text_of(print_drafts(fresh(may.filing), "", AT).pdf).replace("\u200b", "")
    assert cast.yuntu.name in said and len(said) > 500
