"""The scripted Monday of a small city, on a PostgreSQL, with a real web, worker, beat and mail server."""

import hashlib
import os
import re
import zipfile

import pytest

from tests.going_live.monday import paper
from tests.going_live.monday.by_hand import BY_HAND, DISTRICT
from tests.going_live.monday.machine import empty_machine
from tests.going_live.monday.walk import MONDAY, Monday

pytestmark = pytest.mark.worker
SIZE = 40
MONTHS = [f"2024M{month:02d}" for month in range(5, 13)] + [f"2025M{month:02d}" for month in range(2, 13)]
MONTHS += ["2026M02", "2026M03", "2026M04"]  # nobody reports a January


def test_a_monday(tmp_path):
    """One test, for it is one walk; what is held of it stands below."""
    with empty_machine(tmp_path, os.environ["DATABASE_URL"], MONDAY) as machine:
        monday = Monday(machine, SIZE)
        monday.walk()
        two_years_come_in_whole(monday)
        every_firm_gets_one_letter_with_its_link_and_a_second_press_none(monday)
        the_district_follows_the_letters_to_its_firms(monday)
        nobody_is_asked_for_a_figure_of_the_past(monday)
        half_the_city_files_and_all_of_it_is_approved(monday)
        growth_on_the_firms_own_form(monday)
        growth_of_their_district(monday)
        the_next_month_carries_the_figures(monday)
        the_city_is_live(monday)
        the_months_package_is_whole_without_the_platform(monday)
        who_has_not_opened_the_account_hears_of_nothing_else(monday)


def cell(monday, firm, period: str, name: str) -> str:
    """What stands in a cell of the firm's own form."""
    page = monday.at_desk[paper.mail_of(firm.code)].get(f"/filings/{period}/t6/")
    found = re.search(rf'id="cell-{re.escape(name)}"[^>]*>\s*([^\s<]+)', page.markup)
    assert found, page.words
    return found[1].replace(",", "")


def two_years_come_in_whole(monday):
    taken = monday.found["history"]
    assert monday.found["tried"] == taken
    assert taken == {
        "rows": 22 * SIZE,
        "taken": 22 * SIZE,
        "refused": [],
        "periods": dict.fromkeys(MONTHS, SIZE),
        "missing": [],
    }


def every_firm_gets_one_letter_with_its_link_and_a_second_press_none(monday):
    assert monday.found["would"]["letters"] == SIZE
    assert (monday.found["invited"]["opened"], monday.found["again"]["letters"]) == (2, 0)
    assert [monday.found["links"][firm.email] for firm in monday.firms] == [1] * SIZE


def who_has_not_opened_the_account_hears_of_nothing_else(monday):
    opened = {firm.email for firm in monday.active}
    others = {firm.email for firm in monday.firms} - opened
    heard = {letter.subject for letter in monday.machine.received() if letter.to in others}
    assert [subject for subject in heard if "请激活您的账号" not in subject] == []
    assert {letter.to for letter in monday.machine.received() if "2026年5月" in letter.subject} >= opened


def the_district_follows_the_letters_to_its_firms(monday):
    desk = monday.at_desk[paper.official_mail(DISTRICT)]
    words = desk.get("/reminders/letters/?kind=account").words
    assert all(paper.mail_of(firm.code) in words for firm in BY_HAND)


def nobody_is_asked_for_a_figure_of_the_past(monday):
    assert {code: cells for code, cells in monday.found["asked"].items() if cells} == {}


def half_the_city_files_and_all_of_it_is_approved(monday):
    summary = monday.found["summary"]
    assert (summary["owed"], summary["filed"], summary["approved"]) == (SIZE, len(monday.active), len(monday.active))
    assert monday.found["approved"] == len(monday.active)


# Worked by hand. 甲木 reports 2,000 of 主营业务收入 a month in 2026 and reported 1,600 in 2025; 乙木 340 and 400.
#
#                       May 2025 (imported)                     May 2026 (filed)
# 2010 主营业务收入      1600 × 5 = 8000    400 × 5 = 2000       2000 × 5 = 10000    340 × 5 = 1700
# 2021 软件产品          800 × 5 = 4000     200 × 5 = 1000       1000 × 5 = 5000     170 × 5 = 850
# 2022 信息技术服务      2600               120 × 5 = 600        600 × 5 = 3000      102 × 5 = 510
# 2023 信息安全          160 × 5 = 800      40 × 5 = 200         200 × 5 = 1000      34 × 5 = 170
# 2020 软件业务收入      7400               1800                 9000                1530
#
# 同比 2010: 2000/8000 = 25.0 %; −300/2000 = −15.0 %; together 11700 to 10000: 17.0 %.
# 同比 2020: 1600/7400 = 21.62… = 21.6 %; −270/1800 = −15.0 %; together 10530 to 9200: 1330/9200 = 14.456… = 14.5 %.
# 环比 2010, against the four months to April: 10000 to 8000 = 25.0 %; 1700 to 1360 = 25.0 %.


def growth_on_the_firms_own_form(monday):
    first, second = BY_HAND
    assert [cell(monday, first, "2026M05", f"2010.c{n}") for n in (1, 2, 3, 4, 5)] == [
        "10000.00", "8000.00", "8000.00", "25.0", "25.0",
    ]  # fmt: skip
    assert [cell(monday, first, "2026M05", f"2020.c{n}") for n in (1, 2, 4)] == ["9000.00", "7400.00", "21.6"]
    assert [cell(monday, second, "2026M05", f"2010.c{n}") for n in (1, 2, 3, 4, 5)] == [
        "1700.00", "2000.00", "1360.00", "-15.0", "25.0",
    ]  # fmt: skip
    assert [cell(monday, second, "2026M05", f"2020.c{n}") for n in (1, 2, 4)] == ["1530.00", "1800.00", "-15.0"]


def growth_of_their_district(monday):
    totals = monday.found["summary"]["districts"][DISTRICT]["软统企6"]
    assert totals["2010"] | {"c5": ""} == {"c1": "11700.00", "c2": "10000.00", "c3": "9360.00", "c4": "17.0", "c5": ""}
    assert [totals["2020"][column] for column in ("c1", "c2", "c4")] == ["10530.00", "9200.00", "14.5"]


def the_next_month_carries_the_figures(monday):
    """June's 上期累计 is what May filed, its 去年同期 what was imported of June 2025: 1600 × 6."""
    first, second = BY_HAND
    assert [cell(monday, first, "2026M06", f"2010.c{n}") for n in (2, 3)] == ["9600.00", "10000.00"]
    assert [cell(monday, second, "2026M06", f"2020.c{n}") for n in (2, 3)] == ["2160.00", "1530.00"]


def the_city_is_live(monday):
    assert "全部就绪" in monday.city.get("/start/").words


def the_months_package_is_whole_without_the_platform(monday):
    with zipfile.ZipFile(monday.found["package"]) as package:
        lines = package.read("SHA256SUMS").decode().splitlines()
        sums = {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
        assert set(package.namelist()) == {*sums, "SHA256SUMS"}
        assert all(hashlib.sha256(package.read(name)).hexdigest() == digest for name, digest in sums.items())
        assert sum(name.startswith("workbooks/") for name in sums) == len(monday.active)
