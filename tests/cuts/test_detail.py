"""逐户明细 against the figures of tests/filling/figures.py."""

from decimal import Decimal

import pytest

from accounts.models import Residence
from reporting.cuts.cutting import CannotCut, Cut, cut
from reporting.cuts.detail import detail
from reporting.cuts.files import as_csv, table_of_detail
from reporting.models import Submission
from tests.filling.figures import make_city
from tests.history.books import stand

pytestmark = pytest.mark.django_db
LONG = "99999999999999999999999999.99"


@pytest.fixture
def city(db):
    return make_city()


def names(found):
    return [line.name for line in found.lines()]


def values(found, at=0):
    return [line.cells[at].value for line in found.lines()]


def test_a_row_for_each_firm_the_largest_first(city):
    found = detail(Cut(("2024M05",), by=("scope",), show=("2010.c1", "2010.c2")))
    assert names(found) == ["两江芯片", "山城软件"]
    assert values(found) == [Decimal("2000.25"), Decimal("1000.10")]
    assert values(found, 1) == [None, Decimal("900.05")]
    assert [line.share for line in found.lines()] == [Decimal("66.7"), Decimal("33.3")]
    assert [line.district for line in found.lines()] == ["渝中区", "渝中区"]
    unsaid, several = [line.described[0] for line in found.lines()]
    assert found.by == ("纳统类别",) and unsaid == "未填报" and "、" in several


def test_blanks_come_last_both_ways(city):
    for sort in ("2010.c2", "-2010.c2"):
        assert names(detail(Cut(("2024M05",), show=("2010.c1", "2010.c2")), sort)) == ["山城软件", "两江芯片"]


def test_a_cell_that_nobody_filled_is_blank_for_all_and_has_no_sum(city):
    found = detail(Cut(("2024M05",), show=("2024.c1",)))
    assert values(found) == [None, None] and found.sum_of_first is None
    assert [line.share for line in found.lines()] == [None, None]
    assert cut(Cut(("2024M05",), show=("2024.c1",))).periods[0].whole.figures.get("2024.c1") is None


def test_a_part_of_the_rows_is_a_part_of_all(city):
    found = detail(Cut(("2024M05",), show=("2010.c1",), include_submitted=True))
    assert [*found.lines(0, 2), *found.lines(2, 4)] == list(found.lines())
    assert len(found) == 3


def test_figures_no_column_holds_are_there_to_the_digit_and_sorted_among_the_others(city):
    submission = city.may.filings.get(enterprise=city.firms["山城软件"]).counted
    frozen = Submission.objects.filter(pk=submission.pk)
    super(type(frozen), frozen).update(values=submission.values | {"2010.c1": LONG})
    asked = Cut(("2024M05",), show=("2010.c1",))
    found = detail(asked)
    assert names(found) == ["山城软件", "两江芯片"]
    assert values(found) == [Decimal(LONG), Decimal("2000.25")]
    assert found.sum_of_first == cut(asked).periods[0].whole.figures["2010.c1"]
    assert names(detail(asked, "2010.c1")) == ["两江芯片", "山城软件"]
    assert LONG.encode() in b"".join(as_csv(table_of_detail(found, "全市")))


def test_a_text_that_is_no_figure_is_shown_as_filed_and_sorted_among_the_blank(city):
    submission = city.may.filings.get(enterprise=city.firms["山城软件"]).counted
    frozen = Submission.objects.filter(pk=submission.pk)
    super(type(frozen), frozen).update(values=submission.values | {"2010.c1": "NaN"})
    found = detail(Cut(("2024M05",), show=("2010.c1",)), "2010.c1")
    assert [line.cells[0].words for line in found.lines()] == ["2000.25", "NaN"]


def test_texts_are_shown_with_the_names_of_their_codes(city):
    found = detail(Cut(("2023A",), show=("A34.v", "Y2010.y")))
    assert values(found)[0].startswith("1 ") and "、3A " in values(found)[0]
    assert found.first == "Y2010.y" and [line.share for line in found.lines()][0] == Decimal("60.0")


def test_history_that_was_imported_has_a_row_and_no_receipt(city):
    firm = city.firms["山城软件"]
    Residence.objects.create(enterprise=firm, district=city.districts["500103"], since=firm.joined_on)
    stand(firm, "2022M05", {"2010.c1": "77.00"})
    found = detail(Cut(("2022M05",), show=("2010.c1",)))
    [line] = found.lines()
    assert (line.name, line.cells[0].value, line.receipt) == ("山城软件", Decimal("77.00"), "")
    assert found.coverage.in_words == "2022年5月为导入历史，未在本平台上报和审核"


def test_nobody_left_and_several_periods_are_sentences(city):
    with pytest.raises(CannotCut, match="没有一家企业"):
        detail(Cut(("2024M05",), where={"district": frozenset({"500104"})}))
    with pytest.raises(CannotCut, match="请只留一个"):
        detail(Cut(("2024M05", "2023A")))


def test_a_district_reads_no_row_of_another_even_when_it_asks_for_it(city):
    own = frozenset({"500101"})
    asked = Cut(("2024M05",), show=("2010.c1",), include_submitted=True, within=own)
    assert names(detail(asked)) == ["三峡数据"]
    with pytest.raises(CannotCut, match="没有一家企业"):
        cut(Cut(("2024M05",), where={"district": frozenset({"500103"})}, within=own))
    with pytest.raises(CannotCut, match="没有一家企业"):
        cut(Cut(("2024M05",), within=frozenset()))
