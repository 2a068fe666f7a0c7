"""template and check, and an upload into the drafts, for one firm of the small city of tests/filling/figures.py."""

import io
import json
from datetime import UTC, date, datetime

import pytest
from django.core.management import CommandError, call_command
from openpyxl import load_workbook

from accounts.models import JournalEntry, User
from forms_tables.workbooks.opening import OpenedWorkbook
from reporting.models import Filing, Period, State
from reporting.workbooks.exchange import write_filing_template
from reporting.workbooks.upload import Moved, store_workbook
from reporting.workflow import Refused, save_sheet
from reporting.workflow.period import store_deadlines
from tests.filling.figures import file_values, make_city
from tests.may import fresh
from tests.workbooks import bad_workbooks as bad
from tests.workbooks.uploading import compare, compare_and_store

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
AT = datetime(2024, 6, 5, 2, 0, tzinfo=UTC)

# A whole 软统企6 of a firm without embedded software that breaks no rule: worked by hand.
FIGURES = {
    "2010.c1": 1000, "2021.c1": 500, "20211.c1": 100, "20212.c1": 50, "2022.c1": 300, "20221.c1": 60,
    "20222.c1": 40, "20223.c1": 0, "20224.c1": 0, "20225.c1": 0, "2023.c1": 100, "20231.c1": 10, "2041.c1": 0,
    "2043.c1": 0, "2050.c1": 400, "2051.c1": 20, "2080.c1": 300, "2090.c1": 280, "2110.c1": 120, "2111.c1": 250,
    "2112.c1": 40, "2113.c1": 12.5,
}  # fmt: skip


@pytest.fixture
def city():
    city = make_city()
    city.firm = city.firms["万州云谷"]
    city.firm.attributes = {"A36": "否", "A34": "1"}
    city.firm.save()
    city.filing = Filing.objects.get(enterprise=city.firm, period=city.may)
    store_deadlines(city.may)
    city.clerk = User.objects.create(username="云谷填表人", role=User.Role.ENTERPRISE, enterprise=city.firm)
    return city


@pytest.fixture
def template(city) -> bytes:
    out = io.BytesIO()
    write_filing_template(city.filing, out)
    return out.getvalue()


def filed_before(city, code: str, values: dict[str, str]) -> None:
    period = Period.objects.create(code=code, edition_code="chongqing-2024", opens_on=date(2023, 6, 1))
    filing = Filing.objects.create(
        enterprise=city.firm, period=period, district=city.filing.district, state=State.LOCKED
    )
    file_values(filing, values, city.by)


def checked(content: bytes, tmp_path, capsys, name="上报.xlsx"):
    """The exit code and the JSON of check --json."""
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(SystemExit) as ended:
        call_command("check", str(path), "--json")
    return ended.value.code, json.loads(capsys.readouterr().out)


def rules_of(found: dict) -> dict[str, list[str]]:
    return {finding["rule"]: finding["cells"] for finding in found["findings"]}


class TestTemplate:
    def test_writes_the_firms_workbook(self, city, tmp_path):
        path = tmp_path / "F.xlsx"
        call_command("template", "--enterprise", city.firm.credit_code, "--period", "2024M05", "--out", str(path))
        book = load_workbook(path)
        assert book.sheetnames[:2] == ["填报说明", "软统企6"] and "软统企7" not in book.sheetnames
        shown = "".join(str(cell.value) for row in book["软统企6"].iter_rows(max_row=8) for cell in row)
        assert "万州云谷" in shown and city.firm.credit_code in shown and "国统制〔2021〕136号" in shown

    def test_carries_last_years_figure_as_a_locked_value(self, city):
        filed_before(city, "2023M05", {"2010.c1": "800.25", "2020.c1": "700.00"})
        out = io.BytesIO()
        write_filing_template(city.filing, out)
        sheet = load_workbook(out)["软统企6"]
        assert bad.cell_of(sheet, "2010.c2").value == 800.25 and bad.cell_of(sheet, "2010.c2").protection.locked
        assert bad.cell_of(sheet, "2020.c2").value == 700

    def test_shows_the_draft_also_where_it_is_wrong(self, city):
        city.filing.sheets.create(table="软统企6", cells={"2010.c1": "1000", "2022.c1": "1.2亿"})
        out = io.BytesIO()
        write_filing_template(city.filing, out)
        sheet = load_workbook(out)["软统企6"]
        assert [bad.cell_of(sheet, name).value for name in ("2010.c1", "2022.c1")] == [1000, "1.2亿"]

    @pytest.mark.parametrize(("period", "out"), [("2024M06", "F.xlsx"), ("2024M05", "F.xls")])
    def test_refuses_what_it_cannot_write(self, city, period, out):
        with pytest.raises(CommandError):
            call_command("template", "--enterprise", city.firm.credit_code, "--period", period, "--out", out)


class TestCheck:
    def test_is_clean_on_a_good_workbook(self, template, tmp_path, capsys):
        code, found = checked(bad.filled(template, "软统企6", FIGURES), tmp_path, capsys)
        assert (code, found["cells"]) == (0, [])
        assert all(finding["level"] == "warning" for finding in found["findings"])

    def test_tells_a_broken_rule_with_its_cells(self, template, tmp_path, capsys):
        code, found = checked(bad.filled(template, "软统企6", FIGURES | {"2051.c1": 500}), tmp_path, capsys)
        assert code == 1 and found["cells"] == []
        assert rules_of(found)["R619"] == ["软统企6!2051.c1", "软统企6!2050.c1"]

    def test_tells_a_negative_as_a_cell_and_as_r621(self, template, tmp_path, capsys):
        code, found = checked(bad.filled(template, "软统企6", FIGURES | {"2110.c1": -5}), tmp_path, capsys)
        assert code == 1
        assert [(cell["table"], cell["code"], cell["column"]) for cell in found["cells"]] == [("软统企6", "2110", "c1")]
        assert "负" in found["cells"][0]["problem"] and "软统企6!D" in found["cells"][0]["problem"]
        assert rules_of(found)["R621"] == ["软统企6!2110.c1"]

    def test_tells_a_blank_required_cell_as_r622(self, template, tmp_path, capsys):
        code, found = checked(bad.filled(template, "软统企6", FIGURES | {"2080.c1": None}), tmp_path, capsys)
        assert code == 1 and rules_of(found)["R622"] == ["软统企6!2080.c1"]

    @pytest.mark.parametrize("text", ["1.2亿", "#REF!", "=1+1", "1,23", "约100", True, date(2024, 5, 1)])
    def test_tells_what_is_no_figure_with_its_place(self, template, tmp_path, capsys, text):
        code, found = checked(bad.filled(template, "软统企6", FIGURES | {"2010.c1": text}), tmp_path, capsys)
        assert code == 1
        (cell,) = found["cells"]
        assert (cell["code"], cell["column"]) == ("2010", "c1")
        assert (
            "软统企6!D" in cell["problem"] and "主营业务收入" in cell["problem"] and "本年本期累计" in cell["problem"]
        )

    @pytest.mark.parametrize("text", ["１０００", "1,000.00", "１，０００", " 1000 "])
    def test_understands_full_width_digits_and_separators(self, template, tmp_path, capsys, text):
        code, found = checked(bad.filled(template, "软统企6", FIGURES | {"2010.c1": text}), tmp_path, capsys)
        assert (code, found["cells"]) == (0, [])

    def test_finds_a_total_that_was_typed_over(self, template, tmp_path, capsys):
        code, found = checked(bad.filled(template, "软统企6", FIGURES | {"2020.c1": 950}), tmp_path, capsys)
        assert code == 1 and "R601" in rules_of(found)

    def test_says_nothing_worse_than_a_warning_in_words(self, template, tmp_path, capsys):
        path = tmp_path / "F.xlsx"
        path.write_bytes(bad.filled(template, "软统企6", FIGURES | {"2022.c1": "1.2亿"}))
        with pytest.raises(SystemExit) as ended:
            call_command("check", str(path))
        said = capsys.readouterr().out
        assert ended.value.code == 1 and "软统企6!D" in said and "单元格问题 1 处" in said

    def test_cannot_read_what_is_no_workbook_or_nobodys(self, template, tmp_path, capsys):
        for content, name, word in [
            (bad.truncated(template), "F.xlsx", "损坏"),
            (template, "F.xlsm", "宏"),
            (bad.with_meta(template, "credit_code", "91500000NOBODY0000"), "F.xlsx", "NOBODY"),
            (bad.with_meta(template, "period", "2024M07"), "F.xlsx", "2024M07"),
            (bad.with_meta(template, "digest", "f" * 64), "F.xlsx", "制度版本"),
        ]:
            code, found = checked(content, tmp_path, capsys, name)
            assert code == 2 and word in found["unreadable"] and found["cells"] == found["findings"] == []

    def test_without_a_workbook_is_still_djangos_check(self, capsys):
        call_command("check", "accounts")
        assert "no issues" in capsys.readouterr().out


class TestAnnual:
    @pytest.fixture
    def annual(self, city) -> bytes:
        store_deadlines(city.annual)
        city.filing = Filing.objects.get(enterprise=city.firm, period=city.annual)
        Filing.objects.filter(pk=city.filing.pk).update(state=State.DRAFT)
        city.firm.attributes = {"A36": "否", "A37": "否", "A19": "3"}
        city.firm.save()
        out = io.BytesIO()
        write_filing_template(city.filing, out)
        return out.getvalue()

    def test_holds_the_tables_that_apply_with_what_the_register_knows(self, annual):
        book = load_workbook(io.BytesIO(annual))
        assert book.sheetnames[1:5] == ["软统企1", "软统企2", "软统企3", "软统企4"] and "软统企5" not in book.sheetnames
        assert [bad.cell_of(book["软统企1"], name).value for name in ("A03.v", "A19.v")] == ["万州云谷", "3"]

    def test_asks_for_what_is_blank_and_for_nothing_else(self, annual, tmp_path, capsys):
        code, found = checked(annual, tmp_path, capsys)
        assert code == 1 and {cell["code"] for cell in found["cells"] if "必填项为空" not in cell["problem"]} <= {"A01"}

    def test_opens_the_embedded_rows_when_the_workbook_says_yes(self, city, annual):
        filled = bad.filled(annual, "软统企1", {"A36.v": "是"})
        filled = bad.filled(filled, "软统企4", {"E41.v": 300, "E41.k": 0.25})
        compare_and_store(city.filing, filled, city.clerk, AT)
        assert city.filing.sheets.get(table="软统企4").cells["E41.v"] == "300"
        assert "E41.y" not in city.filing.sheets.get(table="软统企4").cells

    def test_asks_for_the_table_that_an_answer_brings(self, annual, tmp_path, capsys):
        _, found = checked(bad.filled(annual, "软统企1", {"A37.v": "是"}), tmp_path, capsys)
        assert [cell["table"] for cell in found["cells"] if not cell["code"]] == ["软统企5"]


class TestUpload:
    def compare(self, city, content: bytes):
        return compare(city.filing, content, city.clerk, AT)

    def store(self, city, content: bytes, **more) -> tuple[str, ...]:
        return compare_and_store(city.filing, content, city.clerk, AT, **more)

    def cells(self, city) -> dict[str, str]:
        sheet = city.filing.sheets.filter(table="软统企6").first()
        return sheet.cells if sheet else {}

    def test_takes_the_figures_into_the_draft_and_journals_it(self, city, template):
        filled = bad.filled(template, "软统企6", FIGURES)
        compared = self.compare(city, filled)
        assert (compared.problems, compared.passed_over, len(compared.changes)) == ((), (), len(FIGURES))
        assert self.cells(city) == {}  # looking at it stores nothing
        assert self.store(city, filled) == ("软统企6",)
        assert self.cells(city)["2113.c1"] == "12.5" and "2020.c1" not in self.cells(city)
        assert JournalEntry.objects.latest("pk").why == "上传工作簿 五月.xlsx"

    def test_takes_a_draft_that_has_gaps(self, city, template):
        self.store(city, bad.filled(template, "软统企6", {"2010.c1": 5}))
        assert self.cells(city) == {"2010.c1": "5"}

    @pytest.mark.parametrize("text", ["1.2亿", "=1+1", "#REF!", -3])
    def test_takes_nothing_when_one_cell_cannot_be_read(self, city, template, text):
        compared = self.compare(city, bad.filled(template, "软统企6", FIGURES | {"2021.c1": text}))
        assert len(compared.problems) == 1 and "软统企6!D" in compared.problems[0] and compared.changes == []

    def test_takes_nothing_when_the_file_cannot_be_read(self, city, template):
        other = bad.with_meta(template, "credit_code", city.firms["山城软件"].credit_code)
        compared = self.compare(city, other)
        assert "山城软件" in compared.problems[0] and "万州云谷" in compared.problems[0] and compared.changes == []

    def test_does_not_take_merged_cells_even_from_a_computed_one_on(self, city, template):
        merged = bad.with_merged(bad.filled(template, "软统企6", FIGURES), "软统企6", "2020.c1", "2021.c1")
        compared = self.compare(city, merged)
        assert "合并单元格" in compared.problems[0] and compared.changes == []

    def test_does_not_take_a_typed_over_total_and_says_so(self, city, template):
        filled = bad.filled(template, "软统企6", FIGURES | {"2020.c1": 950})
        (over,) = self.compare(city, filled).passed_over
        assert (over.key, over.typed, over.own) == ("2020.c1", "950", 900) and over.place.startswith("软统企6!D")
        self.store(city, filled)
        assert "2020.c1" not in self.cells(city)

    def save(self, city, cells):
        sheet = city.filing.sheets.filter(table="软统企6").first()
        save_sheet(city.filing, "软统企6", cells, sheet.version if sheet else 0, city.clerk, AT)

    def test_tells_which_cells_others_saved_since_it_was_handed_out(self, city, template):
        filled = bad.filled(template, "软统企6", {"2010.c1": 1000, "2110.c1": 120})
        self.save(city, {"2010.c1": "1,000.00", "2110.c1": "130"})
        (change,) = self.compare(city, filled).changes  # 1,000.00 is 1000
        assert (change.key, change.before, change.after) == ("2110.c1", "130", "120")
        assert (change.by_others.by, change.by_others.at) == (city.clerk, AT)

    def test_stores_or_leaves_such_a_cell_as_the_person_says(self, city, template):
        self.save(city, {"2110.c1": "130"})
        filled = bad.filled(template, "软统企6", {"2110.c1": 120, "2010.c1": 1000})
        assert self.store(city, filled, draft_wins=True) == ("软统企6",)
        assert self.cells(city) == {"2110.c1": "130", "2010.c1": "1000"}
        assert self.store(city, filled) == ("软统企6",)
        assert self.cells(city) == {"2110.c1": "120", "2010.c1": "1000"}

    def test_is_in_no_conflict_with_the_draft_it_was_made_from_or_an_equal_one(self, city):
        self.save(city, {"2110.c1": "130"})
        out = io.BytesIO()
        write_filing_template(city.filing, out)
        filled = bad.filled(out.getvalue(), "软统企6", {"2110.c1": 120})
        assert not self.compare(city, filled).has_conflicts
        assert self.store(city, filled) == ("软统企6",)
        assert self.compare(city, filled).changes == []
        assert self.compare(city, bad.filled(out.getvalue(), "软统企6", {"2110.c1": 125})).has_conflicts

    def test_leaves_alone_what_others_saved_since_in_cells_it_says_nothing_new_of(self, city):
        self.save(city, {"2110.c1": "130", "2010.c1": "1000"})
        out = io.BytesIO()
        write_filing_template(city.filing, out)
        self.save(city, {"2010.c1": "1100", "2111.c1": "250"})
        filled = bad.filled(out.getvalue(), "软统企6", {"2110.c1": 120})
        compared = self.compare(city, filled)
        assert not compared.has_conflicts
        assert [(change.key, change.before, change.after) for change in compared.tables[0].kept] == [
            ("2010.c1", "1100", "1000"),
            ("2111.c1", "250", ""),
        ]
        assert self.store(city, filled) == ("软统企6",)
        assert self.cells(city) == {"2110.c1": "120", "2010.c1": "1100", "2111.c1": "250"}

    def test_stores_no_table_when_a_draft_of_another_has_moved(self, city):
        city.firm.attributes |= {"A38": "是", "A39": "否"}
        city.firm.save()
        out = io.BytesIO()
        write_filing_template(fresh(city.filing), out)
        filled = bad.filled(bad.filled(out.getvalue(), "软统企6", FIGURES), "软统企7", {"G702.c1": 5})
        compared = self.compare(city, filled)
        assert [(table.table.code, len(table.changes)) for table in compared.tables] == [
            ("软统企6", 22),
            ("软统企7", 1),
        ]
        save_sheet(city.filing, "软统企7", {"G702.c1": "4"}, 0, city.clerk, AT)
        with pytest.raises(Moved, match="软统企7的草稿有了变动"):
            store_workbook(compared, city.clerk, AT)
        assert [(sheet.table, sheet.cells) for sheet in city.filing.sheets.all()] == [("软统企7", {"G702.c1": "4"})]

    def test_carries_the_versions_when_the_command_writes_it(self, city, tmp_path):
        self.save(city, {"2110.c1": "130"})
        path = tmp_path / "F.xlsx"
        call_command("template", "--enterprise", city.firm.credit_code, "--period", "2024M05", "--out", str(path))
        assert OpenedWorkbook(path).meta.versions == {"软统企6": 1}

    def test_does_not_take_a_table_the_firm_no_longer_owes(self, city):
        city.firm.attributes |= {"A38": "是"}
        city.firm.save()
        out = io.BytesIO()
        write_filing_template(city.filing, out)
        filled = bad.filled(bad.filled(out.getvalue(), "软统企6", FIGURES), "软统企7", {"G702.c1": "一千"})
        city.firm.attributes |= {"A38": "否"}  # taken off the list of key firms while it filled the workbook
        city.firm.save()
        compared = self.compare(city, filled)
        assert compared.problems == ()
        assert [words[:4] for words in compared.not_owed] == ["软统企7"] and "名单" in compared.not_owed[0]
        assert self.store(city, filled) == ("软统企6",)
        assert [sheet.table for sheet in city.filing.sheets.all()] == ["软统企6"]

    def test_refuses_an_official_and_a_filing_that_was_submitted(self, city, template):
        filled = bad.filled(template, "软统企6", FIGURES)
        compared = self.compare(city, filled)
        with pytest.raises(Refused, match="只有本企业的账号"):
            compare(city.filing, filled, city.by, AT)
        with pytest.raises(Refused, match="只有本企业的账号"):
            store_workbook(compared, city.by, AT)
        Filing.objects.filter(pk=city.filing.pk).update(state=State.SUBMITTED)
        with pytest.raises(Refused, match="已上报，待区县审核"):
            self.compare(city, filled)
        with pytest.raises(Refused, match="已上报，待区县审核"):
            store_workbook(compared, city.clerk, AT)
        assert self.cells(city) == {}
