"""manage.py dataset: after whatever happened the columns are the record, and where they are not it says so."""

from collections.abc import Callable
from datetime import date
from io import StringIO
from random import Random

import polars as pl
import pytest
from django.core.management import CommandError, call_command

from accounts.access import DoneAlready
from accounts.models import Enterprise, User
from reporting import workflow
from reporting.city_columns import files
from reporting.city_columns.files import path_of, read, write
from reporting.city_columns.scaling import ScaledColumns
from reporting.models import Filing, Submission
from reporting.register import moves, upkeep
from reporting.totals import verifying
from reporting.totals.aggregation import summarise, summary_at_hand
from reporting.totals.verifying import differences
from reporting.workflow import Refused
from tests.cast import AT
from tests.history.books import stand
from tests.may import CLEAN_MAY, fresh
from tests.mending.twins import make_twins, merge
from tests.officials import file_may, freeze, make_it_be

pytestmark = pytest.mark.django_db
CODE = "2024M05"


@pytest.fixture
def twins(cast):
    make_it_be(AT.date())
    return make_twins(cast)


class City:
    """四份五月填报, and what may befall them; what is refused has not happened."""

    def __init__(self, cast, twins, seed: int):
        self.cast, self.twins, self.dice = cast, twins, Random(seed)

    def filing(self) -> Filing:
        return fresh(self.dice.choice(Filing.objects.order_by("pk")))

    def clerk(self, filing: Filing) -> User:
        return User.objects.filter(enterprise=filing.enterprise.firm_id).order_by("pk").first()

    def reviewer(self, filing: Filing) -> User:
        return User.objects.filter(district=filing.district).order_by("pk").first()

    def send(self) -> None:
        filing = self.filing()
        figures = {"2010.c1": f"{self.dice.randrange(900, 1100)}", "2050.c1": f"{self.dice.randrange(300, 400)}"}
        file_may(filing, self.clerk(filing), CLEAN_MAY | figures, reason="按核实情况更正。")

    def approve(self) -> None:
        filing = self.filing()
        workflow.approve(sent(filing), self.reviewer(filing), AT)

    def send_back(self) -> None:
        filing = self.filing()
        workflow.send_back(sent(filing), [{"cell": "", "reason": "请核对全表。"}], self.reviewer(filing), AT)

    def recall(self) -> None:
        filing = self.filing()
        workflow.recall(filing, self.clerk(filing), AT)

    def amend(self) -> None:
        filing = self.filing()
        workflow.amend(filing, self.clerk(filing), AT, "漏计合同")

    def abandon(self) -> None:
        filing = self.filing()
        workflow.abandon_amendment(filing, self.clerk(filing), AT)

    def ask(self) -> None:
        workflow.city_query(sent(self.filing()), self.cast.zhou_tao, AT, "请核实")

    def move(self) -> None:
        firm = self.filing().enterprise
        to = self.cast.nanan if firm.district == self.cast.yuzhong else self.cast.yuzhong
        said = {"since": date(2024, 5, 10), "reason": "搬迁", "by": self.cast.zhou_tao, "at": AT}
        proposed = moves.propose_move(firm, to, **said)
        moves.accept_move(proposed, by=User.objects.get(district=to), at=AT)

    def rename(self) -> None:
        filing = self.filing()
        firm = filing.enterprise
        Enterprise.objects.filter(pk=firm.pk).update(name=f"重庆更名{self.dice.randrange(99)}有限公司")
        upkeep.change_facts(firm, {"A22": self.dice.choice(["6513", "6520"])}, by=self.clerk(filing), at=AT)

    def merge(self) -> None:
        kept = self.dice.choice(["kept", "merged"])
        try:
            merge(self.cast, self.twins.kept, self.twins.twin, p2024M05=kept)
        except DoneAlready as done:
            raise Refused(str(done)) from done

    def leave(self) -> None:
        if Enterprise.objects.exclude(left_on=None).exists():
            raise Refused("一家就够")
        said = {"left_on": date(2024, 4, 30), "reason": "注销", "by": self.cast.zhou_tao, "at": AT}
        upkeep.stop_reporting(self.filing().enterprise, **said)

    @property
    def acts(self) -> list[Callable[[], None]]:
        often = [self.send] * 3 + [self.approve] * 9
        return [*often, self.send_back, self.recall, self.amend, self.amend, self.abandon, self.ask, self.move,
                self.rename, self.merge, self.leave]  # fmt: skip


def sent(filing: Filing) -> Submission:
    if filing.in_force is None:
        raise Refused("没有上报件")
    return filing.in_force


@pytest.mark.parametrize("seed", range(5))
def test_after_whatever_happened_the_columns_are_the_record(cast, twins, seed):
    city, happened = City(cast, twins, seed), []
    while len(happened) < 14:
        act = city.dice.choice(city.acts)
        try:
            act()
        except Refused:
            continue
        happened.append(act.__name__)
        if city.dice.random() < 0.5:  # at times several things happen between two looks
            kept = summary_at_hand(twins.may, AT)
            assert list(differences(CODE)) == [], happened
            assert kept == summarise(twins.may, AT), happened
    call_command("dataset", CODE, "--verify", stdout=StringIO())
    assert len(set(happened)) > 4


@pytest.fixture
def counted(cast, twins):
    for filing, clerk, reviewer in (
        (twins.filing, twins.clerk, twins.reviewer),
        (twins.other_filing, twins.other_clerk, twins.other_reviewer),
    ):
        workflow.approve(freeze(filing, clerk, {"2010.c1": "1000.10", "2112.c1": "40"}), reviewer, AT)
    stand(twins.kept, "2023M05", {"2010.c1": "800.00"})
    call_command("dataset", stdout=StringIO())
    return twins


def verify(*words: str) -> tuple[str, str]:
    """What it says and what it complains of; exit 1 where that is something."""
    out, complaints = StringIO(), StringIO()
    try:
        call_command("dataset", *words, "--verify", stdout=out, stderr=complaints)
    except CommandError as error:
        assert complaints.getvalue() and "不一致" in str(error)
    else:
        assert not complaints.getvalue()
    return out.getvalue(), complaints.getvalue()


def spoil(name: str, **columns: pl.Expr) -> None:
    stored, notes = read(CODE, name)
    frame = stored.frame.with_columns(**columns)
    write(CODE, name, ScaledColumns(frame, stored.scales), **notes)


def test_it_says_of_every_period_that_its_columns_are_the_record(counted):
    said, complaints = verify()
    assert "2023年5月：列存与记录逐格一致" in said and "2024年5月：列存与记录逐格一致" in said and not complaints


@pytest.mark.parametrize(
    ("name", "column", "value", "named"),
    [
        ("submissions", "2010.c1", pl.col("2010.c1") + 1, "2010.c1：列存为“1000.11”，记录为“1000.10”"),
        ("submissions", "2112.c1", pl.lit(None, dtype=pl.Int64), "2112.c1：列存为“None”，记录为“40”"),
        ("submissions", "edition", pl.lit("chongqing-2025"), "edition：列存为“chongqing-2025”"),
        ("submissions", "tables", pl.lit("[]"), "tables：列存为“[]”"),
        ("submissions", "warnings", pl.lit(7), "warnings：列存为“7”，记录为“0”"),
        ("submissions", "estimated", pl.lit(True), "estimated：列存为“True”，记录为“False”"),
        ("filings", "district", pl.lit("500108"), "district：列存为“500108”，记录为“500103”"),
        ("filings", "counted", pl.lit(None, dtype=pl.Int64), "counted：列存为“None”"),
    ],
)
def test_a_spoilt_column_is_named_with_period_firm_and_cell(counted, name, column, value, named):
    spoil(name, **{column: value})
    _, complaints = verify(CODE)
    assert f"2024M05 {counted.firm.credit_code} {counted.firm.name} {named}" in complaints
    call_command("dataset", CODE, "--rebuild", stdout=StringIO())
    assert verify(CODE)[1] == ""


def test_a_sum_that_is_another_is_named(counted, monkeypatch):
    monkeypatch.setattr("reporting.totals.from_columns.groups_of", lambda *given: iter(()))
    monkeypatch.setattr("reporting.totals.from_columns._choose", lambda *given: None)
    with pytest.raises(KeyError):  # a district that has rows has sums
        verify(CODE)


def test_a_row_that_is_missing_or_there_twice_is_named(counted):
    stored, notes = read(CODE, "filings")
    write(CODE, "filings", ScaledColumns(stored.frame[1:], {}), **notes)
    assert "填报：列存为“没有”，记录为“有”" in verify(CODE)[1]
    write(CODE, "filings", ScaledColumns(pl.concat([stored.frame, stored.frame[:1]]), {}), **notes)
    assert "5 行”，记录为“4 份填报" in verify(CODE)[1]


def test_imported_history_that_stands_no_more_is_named(counted):
    stored, notes = read("2023M05", "submissions")
    more = stored.frame.with_columns(submission=pl.col("submission") - 1000)
    write("2023M05", "submissions", ScaledColumns(pl.concat([stored.frame, more]), stored.scales), **notes)
    assert f"2023M05 {counted.kept.credit_code} {counted.kept.name} 导入历史：列存为“-1" in verify("2023M05")[1]


def test_what_is_approved_while_it_compares_is_no_difference_and_what_is_one_stays(counted, monkeypatch):
    jialing = Filing.objects.get(enterprise__name="重庆嘉陵微电子有限公司")
    submissions = [freeze(counted.twin_filing, counted.hu_bin, {"2010.c1": "5"})]
    listed = verifying.listed

    def meanwhile(code):
        if submissions:
            submission = submissions.pop()
            reviewer = User.objects.filter(district=submission.filing.district).order_by("pk").first()
            workflow.approve(submission, reviewer, AT)
        return listed(code)

    monkeypatch.setattr(verifying, "listed", meanwhile)
    assert verify(CODE)[1] == ""
    submissions.append(freeze(jialing, counted.clerk, {"2010.c1": "6"}))
    call_command("dataset", CODE, stdout=StringIO())
    spoil("submissions", **{"2010.c1": pl.col("2010.c1") + (pl.col("submission") == fresh(counted.filing).counted_id)})
    complaints = verify(CODE)[1]
    assert not submissions and "2010.c1：列存为“1000.11”" in complaints and "counted" not in complaints


def test_a_damaged_file_is_made_again_before_it_is_looked_at(counted):
    path_of(CODE, "submissions").write_bytes(b"PAR1 nonsense PAR1")
    assert verify(CODE)[1] == ""


def test_another_period_than_there_is_is_refused_in_words(counted):
    with pytest.raises(CommandError, match="没有报告期2031M05"):
        call_command("dataset", "2031M05", stdout=StringIO())


def test_what_comes_later_is_added_beside_the_large_file_until_it_is_much(counted, monkeypatch):
    large = path_of(CODE, "submissions").read_bytes()
    jialing = Filing.objects.get(enterprise__name="重庆嘉陵微电子有限公司")
    workflow.approve(freeze(jialing, counted.clerk, {"2010.c1": "5"}), counted.reviewer, AT)
    assert verify(CODE)[1] == "" and path_of(CODE, "submissions").read_bytes() == large
    assert path_of(CODE, "submissions-added").exists()
    monkeypatch.setattr(files, "ROWS_TOGETHER", 1)
    monkeypatch.setattr("reporting.city_columns.kept.FEW", 0)
    freeze(counted.twin_filing, counted.hu_bin, {"2010.c1": "7"})
    assert verify(CODE)[1] == "" and not path_of(CODE, "submissions-added").exists()
