"""What the form's script fetches: an edition's rules, kept for ever, and what one filing is judged beside."""

import gzip
import json
from datetime import date, datetime

import pytest

from forms_tables.edition.catalog import load_edition
from forms_tables.judges.sheets import sheet_rules
from reporting import workflow
from reporting.filing.judging import judge
from reporting.models import Explanation
from reporting.workflow.period import owe
from tests.cast import AT, SHANGHAI
from tests.may import CLEAN_MAY, fresh, make_may, open_period
from tests.officials import file_may
from tests.reading import markup_of

EDITION = load_edition("chongqing-2024")
RULES = sheet_rules(EDITION, "软统企6")
ADDRESS = f"/judging/chongqing-2024/t6/{RULES.mark}/"
KNOWN = "/filings/2024M05/t6/known/"


@pytest.fixture
def may(cast):
    april = open_period("2024M04", date(2024, 5, 1))
    at = datetime(2024, 5, 7, 9, tzinfo=SHANGHAI)
    filed = file_may(owe(cast.yuntu, april), cast.li_na, CLEAN_MAY | {"2111.c1": "20"}, at=at)
    workflow.approve(filed, cast.chen_yu, at)
    return make_may(cast)


def known_to(client, person):
    client.force_login(person)
    return client.get(KNOWN).json()


def test_the_rules_of_a_table_are_kept_for_ever_under_their_mark(client, cast):
    client.force_login(cast.li_na)
    answer = client.get(ADDRESS)
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert json.loads(answer.content)["table"] == "软统企6"
    packed = client.get(ADDRESS, headers={"accept-encoding": "gzip, br"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == answer.content
    assert "Accept-Encoding" in packed.headers["Vary"]
    again = client.get(ADDRESS, headers={"if-none-match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_page_that_lay_open_gets_the_rules_as_they_are_and_keeps_them_not(client, cast):
    client.force_login(cast.li_na)
    answer = client.get("/judging/chongqing-2024/t6/anothermark/")
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.content == RULES.text


@pytest.mark.parametrize("address", ["/judging/nowhere-2024/t6/x/", "/judging/chongqing-2024/t9/x/"])
def test_no_such_edition_or_table_is_404(client, cast, address):
    client.force_login(cast.li_na)
    assert client.get(address).status_code == 404


def test_another_firm_gets_its_own_figures_and_none_of_these(client, cast, may):
    workflow.save_sheet(may.filing, "软统企6", CLEAN_MAY, 0, may.clerk, AT)
    assert known_to(client, may.clerk)["stored"]["2010.c1"] == "1000"
    theirs = known_to(client, may.other_clerk)
    assert theirs["stored"] == {}
    assert theirs["past"]["figures"] == {}
    assert not any(label.startswith("prev(") for label in theirs["values"])


def test_it_tells_what_the_rules_read_of_earlier_filings_and_of_the_register(client, cast, may):
    known = known_to(client, may.clerk)
    assert known["values"]["prev(2010.c1)"] == "1000.00"
    assert known["register"]["A36"] == "否"
    assert known["surroundings"]["moments"] == {"month": "5", "year": "2024", "period_month": "2024-05"}


def test_the_rows_line_ends_with_the_month_before(client, cast, may):
    past = known_to(client, may.clerk)["past"]
    assert (past["periods"][0], past["periods"][-1], past["now"]) == ([2023, 5], [2024, 4], [2024, 5])
    assert past["figures"]["2010.c1"] == [None] * 11 + ["1000.00"]
    assert past["before"] == {"prev": 11, "year_ago": 0}
    assert "2010.c1" in past["cumulative"] and "2112.c1" not in past["cumulative"]


def test_what_was_explained_last_time_is_offered(client, cast, may):
    (offer,) = [offer for offer in known_to(client, may.clerk)["offered"] if offer["rule"] == "R625"]
    assert offer == {"rule": "R625", "cell": "2111.c1", "period": "2024年4月", "reason": "01", "text": ""}


def test_an_explanation_is_told_with_all_that_it_rests_on_and_only_while_it_holds(client, cast, may):
    workflow.save_sheet(may.filing, "软统企6", CLEAN_MAY | {"2111.c1": "30"}, 0, may.clerk, AT)
    (low,) = [found for found in judge(fresh(may.filing)).warnings if found.rule == "R625"]
    workflow.explain(may.filing, "R625", low.fingerprint, may.clerk, AT, reason_code="01")
    (said,) = known_to(client, may.clerk)["said"]
    assert RULES.conditions[said["condition"]].rule.id == "R625"
    assert said["figures"] == {"2111.c1": "30", "2112.c1": "40", "month": "5"}
    workflow.save_sheet(may.filing, "软统企6", {"2112.c1": "41"}, 1, may.clerk, AT)
    assert known_to(client, may.clerk)["said"] == []
    assert Explanation.objects.count() == 2  # it is kept, April's beside it, and holds no more


def test_the_page_names_both_addresses_to_those_who_may_write(client, cast, may):
    client.force_login(may.clerk)
    page = markup_of(client.get("/filings/2024M05/t6/"))
    assert f'data-rules="{ADDRESS}"' in page and f'data-known="{KNOWN}"' in page
    assert 'data-rules="' not in markup_of(client.get("/filings/2024M04/t6/"))  # approved: read only


def test_a_newcomer_is_told_what_reads_the_history_it_types(client, cast, may):
    client.force_login(may.other_clerk)
    told = client.get("/filings/2024M05/t6/").context["opened_columns"]
    assert [column.label for column in told] == ["去年同期累计", "本年上期累计"]
    assert (told[0].grows, told[0].required) == ("同比（%）", False)
    assert "X07" in told[0].rules
    x07 = next(each for each in told[0].comparisons if each.rule == "X07")
    assert [row.code for row in x07.rows] == ["2010"] and x07.message == "主营业务收入同比波动超过±50%，请填写原因"
    assert not {"R601", "R631", "X05"} & {
        each.rule for each in told[0].comparisons
    }  # of one column, worked out, by history
    assert "主营业务收入" in told[0].rows
    client.force_login(may.clerk)  # who filed April, and not last year
    assert [column.label for column in client.get("/filings/2024M05/t6/").context["opened_columns"]] == ["去年同期累计"]


def test_every_cell_that_works_itself_out_is_handed_over_after_what_it_is_computed_from():
    for table in EDITION.tables:
        seen: set[str] = set()
        rules = sheet_rules(EDITION, table.code)
        for plan in rules.plans:
            assert all(key in seen for key in plan.reads() if key in rules.cells), plan.key
            seen.add(plan.key)
        assert {f"{row.code}.{key}" for row in table.indicators for key in row.columns} <= seen
