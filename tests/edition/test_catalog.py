import shutil
from datetime import date
from decimal import Decimal

import pytest

from forms_tables.edition import catalog
from forms_tables.edition.catalog import DefinitionError, edition_codes, load_edition, read_edition
from forms_tables.edition.digest import digest_of
from forms_tables.edition.periods import PeriodCode
from forms_tables.notation.trees import names_in, parse

EDITION = load_edition("chongqing-2024")
MAY, ANNUAL = PeriodCode(2024, 5), PeriodCode(2024)


def rows(table: str):
    return EDITION.table(table).indicators


# What the tables are


def test_it_has_the_seven_tables_row_by_row():
    counted = {table.code: len(table.indicators) for table in EDITION.tables}
    assert counted == {
        "软统企1": 49,
        "软统企2": 71,
        "软统企3": 53,
        "软统企4": 76,
        "软统企5": 35,
        "软统企6": 30,
        "软统企7": 24,
    }
    assert len(EDITION.indicators) == 338


def test_it_says_which_rows_have_public_evidence():
    marks = [indicator.provenance for indicator in EDITION.indicators.values()]
    assert (marks.count("official"), marks.count("derived")) == (77, 261)


def test_the_monthly_form_is_in_the_order_of_the_official_one():
    assert " ".join(row.code for row in rows("软统企6")) == (
        "2010 2020 2020a 2021 20211 20212 2022 20221 20222 20223 20224 20225 2023 20231 2024 20241"
        " 2020b 2040 2041 20421 2042 2043 2050 2051 2080 2090 2110 2111 2112 2113"
    )
    assert [column.label for column in EDITION.table("软统企6").columns] == [
        "本年本期累计",
        "去年同期累计",
        "本年上期累计",
        "同比（%）",
        "环比（%）",
    ]
    assert EDITION.table("软统企6").document == "国统制〔2021〕136号"


@pytest.mark.parametrize(
    ("code", "name", "unit", "parent", "relation", "depth"),
    [
        ("2020", "软件业务收入合计", "万元", "2010", "其中", 1),
        ("20231", "其中：工控安全收入", "万元", "2023", "其中", 3),
        ("2042", "2-1.嵌入式系统软件出口", "万美元", "2040", "分项", 1),
        ("2112", "平均用工人数", "人", "", "", 0),
        ("F101", "货币资金", "万元", "F110", "其中", 2),
        ("F343", "投资收益（损失以－）", "万元", "", "", 0),
        ("Y3112", "大学本科", "人", "Y3100", "分项", 1),
        ("E1323", "交通运输行业软件", "万元", "E132", "分项", 4),
        ("AI30", "人工智能业务出口", "万美元", "Y2040", "其中", 0),  # its parent is in another table
        ("AI72", "自有（租用）智能算力规模", "PFLOPS（FP16）", "", "", 0),
        ("G761", "平台连接工业设备数", "万台（套）", "", "", 0),
    ],
)
def test_rows_carry_name_unit_and_place_among_the_others(code, name, unit, parent, relation, depth):
    row = EDITION.indicator(code)
    assert (row.name, row.unit, row.parent, row.relation, row.depth) == (name, unit, parent, relation, depth)


def test_group_titles_hold_no_figures():
    headings = [row for row in EDITION.indicators.values() if row.is_heading]
    assert [row.code for row in headings] == ["2020a", "2020b", "G700", "G750"]
    assert all(row.columns == () and not row.additive for row in headings)


@pytest.mark.parametrize(
    ("code", "columns"),
    [
        ("2010", ("c1", "c2", "c3", "c4", "c5")),
        ("2113", ("c1", "c2", "c3")),
        ("F150", ("e", "b")),
        ("F123", ("y", "p")),
        ("E40", ("v",)),
        ("E41", ("v", "k", "y")),
        ("E4", ("y", "p")),
        ("A23", ("v", "v2", "v3")),
        ("A41", ("v", "v2")),
    ],
)
def test_rows_have_their_own_columns(code, columns):
    assert EDITION.indicator(code).columns == columns


@pytest.mark.parametrize(
    ("cell", "formula"),
    [
        ("2020.c1", "M2021 + M2022 + M2023 + M2024"),
        ("2020.c4", "growth(c1, c2)"),  # the column's own formula comes before the row's for all columns
        ("2024.c1", "M20241 * k"),
        ("2010.c1", ""),
        ("F190.e", "F150 - F180"),
        ("F191.b", "F192 + F193 + F194 + F195 + F196 + F197"),
        ("E11.y", "E111 + E112 + E113 + E114 + E119"),
        ("E132.p", "E1321 + E1322 + E1323 + E1324 + E1325 + E1326 + E1327 + E1328 + E1329"),
        ("E41.y", "E41.v * E41.k"),
        ("E4.p", ""),  # the classes of embedded products have no column for the year before
        ("AI13.y", "AI131 + AI132 + AI133 + AI134 + AI135 + AI136 + AI137 + AI139"),
        ("Y20222.y", "E24"),
        ("G701.c1", "M20225"),
    ],
)
def test_automatic_cells_have_their_formula(cell, formula):
    code, _, column = cell.partition(".")
    assert EDITION.indicator(code).formula_in(column) == formula


def test_every_formula_and_condition_reads_what_exists():
    known = {row.symbol for row in EDITION.indicators.values()} | set(EDITION.parameters)
    known |= {column.key for table in EDITION.tables for column in table.columns} | {"month", "year"}
    for row in EDITION.indicators.values():
        columns = [text for column in row.column_definitions for text in (column.carry, column.auto)]
        conditions = [column.applies_when for column in row.column_definitions] + [row.required_when, row.applies_when]
        for text in filter(None, [*row.auto.values(), *columns, *conditions]):
            for name in names_in(parse(text)):
                assert name.code in known, (row.code, text, name.code)


def test_starred_rows_are_for_makers_of_embedded_systems():
    starred = [row.code for row in EDITION.indicators.values() if row.starred]
    assert starred == ["Y2024", "Y20241", "Y20421", "E4", "E40", "2024", "20241", "20421"]
    for code in (*starred, "E41", "E49", "2042", "Y2042"):
        assert EDITION.indicator(code).applies_when == "A36 == '是'"
        assert EDITION.indicator(code).otherwise == "0"


@pytest.mark.parametrize(
    ("code", "condition"),
    [
        ("A12", "empty(A13)"),
        ("A26", "A25 == '1'"),
        ("A28", "A27 != '0'"),
        ("A31", "A30 == '是'"),
        ("20241", "A36 == '是'"),
    ],
)
def test_some_rows_are_required_only_sometimes(code, condition):
    row = EDITION.indicator(code)
    assert (row.required, row.required_when) == (False, condition)


def test_a_blank_may_stand_in_optional_and_automatic_rows_only():
    required = {row.code for row in EDITION.indicators.values() if row.required}
    assert {"2010", "2113", "F334", "G702", "A33", "E111"} <= required
    assert not {"2020", "F104", "G704", "Y2030", "A14", "E1", "2020a", "A24"} & required


def test_negative_figures_are_refused_only_where_none_may_be():
    def refused(rule):
        return {row.code for row in EDITION.indicators.values() if row.nonnegative_rule == rule}

    assert len(refused("R621")) == 21
    assert refused("R715") == {"G711", "G713", "G714", "G715", "G716"} | {f"G{number}" for number in range(763, 770)}
    for code in "2080 2090 2113 F190 F198 F334 F336 F343 F345 F350 F361 F370 Y2080 Y2090".split():
        assert not EDITION.indicator(code).nonnegative, code
    for code in "F101 F192 F302 Y2020 Y3100 E111 AI10 G761".split():
        assert EDITION.indicator(code).nonnegative, code


@pytest.mark.parametrize(
    ("cell", "decimals"), [("2010.c1", 2), ("2010.c4", 1), ("2112.c1", 0), ("G711.c1", 2), ("E41.k", 6), ("E41.v", 2)]
)
def test_cells_have_their_decimals(cell, decimals):
    code, _, column = cell.partition(".")
    assert EDITION.indicator(code).decimals_in(column) == decimals


def test_only_amounts_and_counts_add_up():
    adds_up = {cell: EDITION.indicator(cell[0]).adds_up_in(cell[1]) for cell in [("2010", "c1"), ("2112", "c1")]}
    assert all(adds_up.values())
    for code, column in [("2010", "c4"), ("2113", "c1"), ("E41", "k"), ("A03", "v"), ("A45", "v")]:
        assert not EDITION.indicator(code).adds_up_in(column)


def test_a_row_has_a_name_in_the_notation():
    assert EDITION.indicator("2010").symbol == "M2010"
    assert EDITION.indicator("F110").symbol == "F110"


# Which tables a firm owes


@pytest.mark.parametrize(
    ("period", "attributes", "codes"),
    [
        (MAY, {}, "6"),
        (MAY, {"A38": "否", "A39": "否"}, "6"),
        (MAY, {"A38": "是"}, "67"),
        (MAY, {"A38": "否", "A39": "是"}, "67"),
        (ANNUAL, {"A37": "否"}, "1234"),
        (ANNUAL, {"A37": "是"}, "12345"),
    ],
)
def test_tables_5_and_7_are_owed_by_the_firms_they_are_for(period, attributes, codes):
    assert [table.code[-1] for table in EDITION.tables_for(period, attributes)] == list(codes)


def test_a_table_for_some_firms_says_why_and_why_not():
    for code in ("软统企5", "软统企7"):
        assert EDITION.table(code).why.endswith("。")
        assert EDITION.table(code).why_not.endswith("。")


# Code lists, parameters, districts


def test_it_has_all_code_lists():
    assert {f"C{number:02d}" for number in range(1, 22)} <= set(EDITION.code_lists)
    counted = {code: len(entries.entries) for code, entries in EDITION.code_lists.items()}
    assert (counted["C01"], counted["C05"], counted["C13"], counted["C17"], counted["C20"]) == (23, 27, 7, 16, 14)
    assert EDITION.code_lists["C01"].name_of("134") == "联营企业"
    assert EDITION.code_lists["C17"].code_of("审计调整") == "05"
    assert EDITION.code_lists["C04"].provenance == "derived"
    assert EDITION.code_lists["E"].name_of("E43") == "计算机应用产品类（含汽车电子）"


def test_official_coefficients_and_the_exchange_rate_are_not_invented():
    for name in ("FX", "k", "k_E41", "k_E42", "k_E43", "k_E44", "k_E45", "k_E49", "UPLOAD_MIN"):
        assert EDITION.parameters[name].default is None
    assert EDITION.parameters["EPS"].default == Decimal("0.01")
    assert EDITION.parameters["UNIT_BAND_HIGH"].default == 20000


@pytest.mark.parametrize("day", [date(2024, 1, 1), date(2024, 6, 15), date(2024, 12, 31), date(2026, 1, 24)])
def test_41_districts_report_under_the_notice_of_2024(day):
    kinds = [district.kind for district in EDITION.districts_on(day)]
    counted = {kind: kinds.count(kind) for kind in set(kinds)}
    assert counted == {"区": 26, "县": 8, "自治县": 4, "功能区": 3}


def test_the_districts_of_2026_follow_the_reported_change():
    after = {district.code: district for district in EDITION.districts_on(date(2026, 1, 25))}
    assert len(after) == 39
    assert after["500157"].name == "两江新区"
    for code in ("500105", "500112", "CQ-LJ"):
        assert code not in after
        closed = next(district for district in EDITION.districts if district.code == code)
        assert (closed.successor, closed.valid_to) == ("500157", date(2026, 1, 24))
    assert "转述" in after["500157"].note


# Editions as folders


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """A folder of definitions with a copy of the edition, to be changed; rules are left out."""
    copy = tmp_path / "chengdu-2024"
    shutil.copytree(catalog.DEFINITIONS / "chongqing-2024", copy)
    (copy / "rules.toml").unlink(missing_ok=True)
    monkeypatch.setattr(catalog, "DEFINITIONS", tmp_path)
    load_edition.cache_clear()
    yield copy
    load_edition.cache_clear()


def change(folder, file, old, new):
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")


def test_another_city_is_another_folder(elsewhere):
    assert edition_codes() == ("chengdu-2024",)
    assert load_edition("chengdu-2024").code == "chengdu-2024"


def test_the_digest_is_of_what_is_said_not_of_the_layout(elsewhere):
    before = read_edition(elsewhere).digest
    change(elsewhere, "t6.toml", "[table]", "# another comment\n\n[table]")
    assert read_edition(elsewhere).digest == before
    change(elsewhere, "t6.toml", "主营业务收入", "营业收入")
    assert read_edition(elsewhere).digest != before


def test_the_digest_is_the_same_on_every_machine():
    """Worked by hand: sha256 of {"a.toml":{"day":"2024-05-01","名称":["一",2]}} in UTF-8."""
    content = {"a.toml": {"名称": ["一", 2], "day": date(2024, 5, 1)}}
    assert digest_of(content) == "b2b625fb71618aaf49ac3f53fffe17e717f92d254b8f04d275169161268f38e6"


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("t6.toml", 'parent = "2010"', 'parent = "2009"', "2020: unknown parent 2009"),
        ("t6.toml", 'code = "2021"', 'code = "2010"', "2010: duplicate code"),
        ("t6.toml", 'unit = "人"', 'unit = "口"', "t6.toml: 2112: unknown unit 口"),
        ("t6.toml", 'kind = "heading"', 'kind = "titel"', "t6.toml: 2020a: unknown kind titel"),
        ("t6.toml", 'relation = "其中"', 'relation = "包括"', "unknown relation 包括"),
        ("t6.toml", "required = true\nnonneg", "requird = true\nnonneg", "2010: unknown key requird"),
        ("t6.toml", 'nonnegative = ["c1"]', 'nonnegative = ["c9"]', "2010: unknown column c9"),
        ("t6.toml", '"*" = "M2021', '"c7" = "M2021', "2020: formula for unknown column c7"),
        ("t6.toml", 'frequency = "month"', 'frequency = "week"', "unknown frequency week"),
        ("t6.toml", 'provenance = "derived"', 'provenance = "guessed"', "unknown provenance guessed"),
        ("t6.toml", "applies_when = \"A36 == '是'\"\n", "", "2024: a starred row must say when it applies"),
        ("t7.toml", "A38 == '是' or", "A38 is", "write applies_when as"),
        ("t2.toml", 'parent = "F180"', 'parent = "F161"', "is its own ancestor"),
        ("t1.toml", 'code_list = "C02"', 'code_list = "C99"', "t1.toml: A19: unknown code list C99"),
        ("codes.toml", '["112",', '["111",', "codes.toml: C01: 111: duplicate code"),
        ("districts.toml", 'successor = "500157"', 'successor = "500158"', "unknown successor 500158"),
        ("districts.toml", 'code = "500102"', 'code = "500101"', "500101: duplicate code"),
        ("edition.toml", 'default = "0.01"', "default = 0.01", "edition.toml: write 0.01 as a string"),
        ("edition.toml", 'below = "100"', 'below = "FZ"', "edition.toml: FX: FZ is no figure and no parameter"),
        (
            "edition.toml",
            "valid_from = 2021",
            'valid_from = "2021"',
            "edition.toml: valid_from, valid_to: write a year",
        ),
        (
            "edition.toml",
            "valid_from = 2021",
            "valid_from = 2021\nvalid_to = 2020",
            "valid_to 2020 is before valid_from",
        ),
        ("codes.toml", 'from_table = "t4.toml"', 'from_table = "t99.toml"', "from_table: there is no t99.toml"),
        ("t6.toml", "[table]", "[table", "t6.toml: "),
    ],
)
def test_a_slip_in_a_definition_is_named(elsewhere, file, old, new, words):
    change(elsewhere, file, old, new)
    with pytest.raises(DefinitionError) as refused:
        read_edition(elsewhere)
    assert words in str(refused.value)


def test_a_folder_without_districts_is_no_edition(elsewhere):
    (elsewhere / "districts.toml").unlink()
    with pytest.raises(DefinitionError, match="districts.toml is missing"):
        read_edition(elsewhere)


def test_an_unknown_edition_is_refused_by_name():
    with pytest.raises(DefinitionError, match="没有名为“atlantis”的制度版本"):
        load_edition("atlantis")
