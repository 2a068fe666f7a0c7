"""The platform's own forms filled for past periods: one alone, many in a zip, and what is wrong with them by name."""

import io
import zipfile
from datetime import date

import pytest
from django.core.management import call_command
from openpyxl import load_workbook

from accounts.models import Enterprise
from forms_tables.edition.periods import PeriodCode
from reporting.history.reading.beside import Beside
from reporting.history.reading.sheets import NotTaken
from reporting.history.reading.workbooks import write_blank
from reporting.models import HistoryFile, ImportedFiling
from tests.cast import AT
from tests.history.books import book, brought_in, of, stand, tried
from text.package import Unreadable

pytestmark = pytest.mark.django_db
TABLE = "软统企6"


def blank(firm, period: str) -> bytes:
    out = io.BytesIO()
    write_blank(firm, PeriodCode.parse(period), Beside(AT.date()), out)
    return out.getvalue()


def filled(firm, period: str, cells: dict[str, object], blank_form: bytes | None = None) -> bytes:
    """Typed where the code and the key cross, as a person does."""
    workbook = load_workbook(io.BytesIO(blank_form or blank(firm, period)))
    sheet = workbook[TABLE]
    rows, columns = places_in(sheet)
    for cell, value in cells.items():
        code, key = cell.split(".")
        sheet.cell(rows[code], columns[key]).value = value
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def places_in(sheet) -> tuple[dict[str, int], dict[str, int]]:
    keys = next(row for row in sheet.iter_rows() if any(cell.value == "code" for cell in row))
    columns = {str(cell.value): cell.column for cell in keys if cell.value}
    codes = {str(row[columns["code"] - 1].value): row[0].row for row in sheet.iter_rows()}
    return codes, columns


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_one_filled_form_is_taken_as_one_row_is(cast):
    report = brought_in(filled(cast.yuntu, "2023M12", {"2010.c1": 12000, "2112.c1": 40}), name="云图.xlsx")
    assert (report.rows, report.taken, report.periods) == (1, 1, {"2023M12": 1}), report.refused
    kept = ImportedFiling.objects.get()
    assert {cell: kept.values[cell] for cell in ("2010.c1", "2112.c1")} == {"2010.c1": "12000.00", "2112.c1": "40"}
    assert (kept.part, kept.place, kept.district) == ("云图.xlsx", "里的“云图.xlsx”", cast.yuzhong)


def test_what_its_formulas_work_out_is_taken(cast):
    """10,000 after 8,000: 25.0% by hand. The cell of growth is a formula in the form."""
    brought_in(filled(cast.yuntu, "2023M12", {"2010.c1": 10000, "2010.c2": 8000}), name="云图.xlsx")
    assert ImportedFiling.objects.get().values["2010.c4"] == "25.0"


def test_many_in_a_zip_are_all_taken_or_none(cast):
    files = {
        "2023/云图.xlsx": filled(cast.yuntu, "2023M12", {"2010.c1": 12000}),
        "2023/云图11.xlsx": filled(cast.yuntu, "2023M11", {"2010.c1": 11000}),
        "2023/山城.xlsx": filled(cast.shancheng, "2023M12", {"2010.c1": 3000}),
        "__MACOSX/2023/._云图.xlsx": b"x",
        "2023/~$云图.xlsx": b"x",
    }
    content = zipped(files)
    report = brought_in(content, name="全市.zip")
    assert (report.rows, report.taken, report.refused) == (3, 3, ())
    assert report.periods == {"2023M11": 1, "2023M12": 2}
    assert {each.part for each in ImportedFiling.objects.all()} == {name for name in files if name.startswith("2023/")
                                                                     and "~$" not in name}  # fmt: skip
    source = HistoryFile.objects.get()
    with source.file.open("rb") as file:
        assert file.read() == content and source.file.name.endswith(".zip")


def test_a_wrong_one_is_told_by_its_name_and_nothing_is_taken(cast):
    other = filled(cast.shancheng, "2023M12", {"2010.c1": "三千"})
    report = brought_in(
        zipped(
            {
                "云图.xlsx": filled(cast.yuntu, "2023M12", {"2010.c1": 12000}),
                "云图再.xlsx": filled(cast.yuntu, "2023M12", {"2010.c1": 12000}),
                "嘉陵.xlsx": blank(cast.jialing, "2023M12"),
                "山城.xlsx": other,
                "另一种.xlsx": book({"企业": "云图", "收入": 1}),
                "说明.docx": b"PK\x03\x04",
            }
        ),
        name="全市.zip",
    )
    said = {problem.part: problem.why for problem in report.refused}
    assert "与“云图.xlsx”重复，不知道以哪一份为准。请只留一份。" in said["云图再.xlsx"]
    assert "没有一个数" in said["嘉陵.xlsx"]
    assert "不是数字" in said["山城.xlsx"] and "不是从本平台下载的表样" in said["另一种.xlsx"]
    assert "只接收 .xlsx 文件" in said["说明.docx"]
    place = next(problem.column for problem in report.refused if problem.part == "山城.xlsx")
    assert place.startswith(f"{TABLE}!")
    assert report.taken == 0 and not ImportedFiling.objects.exists()


def test_the_scale_is_looked_at_as_in_a_sheet(cast):
    stand(cast.yuntu, "2023M11", {"2010.c1": "11000.00"})
    stand(cast.yuntu, "2023M10", {"2010.c1": "10000.00"})
    report = tried(filled(cast.yuntu, "2023M12", {"2010.c1": 120_000_000}), name="云图.xlsx")
    assert "疑似把元当作万元" in report.refused[0].why and "改用每家企业每期一行的文件导入" in report.refused[0].why


def test_a_form_made_by_another_text_of_the_edition_is_refused(cast):
    workbook = load_workbook(io.BytesIO(filled(cast.yuntu, "2023M12", {"2010.c1": 12000})))
    for row in workbook["_meta"].iter_rows():
        if row[0].value == "digest":
            row[1].value = "0" * 64
    out = io.BytesIO()
    workbook.save(out)
    assert "本平台没有这一版" in brought_in(out.getvalue(), name="云图.xlsx").refused[0].why


def test_a_folder_of_forms_comes_in_by_the_command(cast, tmp_path, capsys):
    folder = tmp_path / "全市"
    folder.mkdir()
    (folder / "云图.xlsx").write_bytes(filled(cast.yuntu, "2023M12", {"2010.c1": 12000}))
    (folder / "山城.xlsx").write_bytes(filled(cast.shancheng, "2023M12", {"2010.c1": 3000}))
    call_command("import_history", str(folder))
    assert "共 2 行，已导入 2 行。" in capsys.readouterr().out
    assert HistoryFile.objects.get().name == "全市.zip"


def test_no_form_of_a_period_that_is_no_history(cast):
    with pytest.raises(NotTaken, match="还没有结束"):
        blank(cast.yuntu, "2024M06")
    Enterprise.objects.filter(pk=cast.yuntu.pk).update(left_on=date(2023, 6, 30))
    cast.yuntu.refresh_from_db()
    with pytest.raises(NotTaken, match="已停报"):
        blank(cast.yuntu, "2023M12")


def test_two_files_of_one_name_in_a_zip_are_refused(cast):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive, pytest.warns(UserWarning, match="Duplicate"):
        for revenue in (12000, 13000):
            archive.writestr("云图.xlsx", filled(cast.yuntu, "2023M12", {"2010.c1": revenue}))
    with pytest.raises(Unreadable, match="压缩包里有不止一个文件叫“云图.xlsx”，分不清以哪一个为准"):
        tried(out.getvalue(), name="两份.zip")


def test_a_file_of_rows_in_a_zip_is_to_be_taken_out(cast):
    rows = book(of(cast.yuntu, "2023M12") | {"2010.c1": 12000})
    (told,) = tried(zipped({"历史.xlsx": rows}), name="历史.zip").refused
    assert (told.part, told.why) == ("历史.xlsx", "这是每家企业每期一行的文件，不是表样。请从压缩包里取出，单独上传。")


def test_a_practised_form_is_told_as_one(cast):
    workbook = load_workbook(io.BytesIO(filled(cast.yuntu, "2023M12", {"2010.c1": 12000})))
    for row in workbook["_meta"].iter_rows():
        if row[0].value == "period":
            row[1].value = "2023P12"
    out = io.BytesIO()
    workbook.save(out)
    (told,) = tried(out.getvalue(), name="云图.xlsx").refused
    assert "“2023P12”是演练的报告期，演练的数不是历史，不导入" in told.why


def test_a_zip_that_unpacks_to_far_more_is_not_opened(cast):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(3):
            archive.writestr(f"{number}.xlsx", bytes(4 * 1024 * 1024))
    with pytest.raises(Unreadable, match="压缩包解压后有 12 MB，没有打开。请分成几个压缩包"):
        tried(out.getvalue(), name="大.zip")
