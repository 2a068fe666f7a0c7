"""Who supplies history: every judge of a filing reads the same earlier filing behind prev, year_ago, december and
last_annual. Nothing is handed to a judge here: each takes what it reads from the record by itself, in every month and
in the annual form, under a revision of rules of our own invention. HISTORY_SEED asks for other rules."""

import json
import os
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, localcontext
from functools import lru_cache
from random import Random

import pytest

from accounts.models import User
from forms_tables.edition.catalog import edition_from, load_edition, platform_said, shipped_content
from forms_tables.edition.digest import digest_of
from forms_tables.edition.drafting import with_new_rule
from forms_tables.edition.model import Edition, Rule
from forms_tables.edition.periods import PeriodCode
from forms_tables.filling.completion import EXACT
from forms_tables.notation.trees import BACKWARD, MAX_LENGTH
from forms_tables.rules.checks import conditions_of, examine, slips_in_rule
from reporting import city_columns, workflow
from reporting.editions.by_columns import outcomes_by_columns
from reporting.editions.effects import effect_on
from reporting.editions.one_by_one import outcomes_of
from reporting.editions.rehearsal import filings_to_judge
from reporting.filing.judging import facts_for, judge, submission_values
from reporting.models import Filing, HistoryFile, ImportedFiling, Period, PublishedEdition, Sheet, State
from reporting.recheck import recheck
from tests.browser.judging import BrowserJudge, letters_of
from tests.cast import AT
from tests.filings import sound_filing
from tests.filling.figures import file_values
from tests.may import CLEAN_MAY, fresh, make_may, open_period
from tests.rules.random_rules import Author, cells_of

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
SEED = int(os.environ.get("HISTORY_SEED", "20240531"))
SHIPPED = load_edition("chongqing-2024")
TRIED = 8  # rules of each period tried by themselves on the rule desk
HISTORY = tuple(word for word in BACKWARD if word != "register")
MONTHS = [PeriodCode(2024, month) for month in range(1, 13)]
JUDGED = [*MONTHS, PeriodCode(2024)]
BEFORE = [PeriodCode(2023, month) for month in range(1, 13)] + [PeriodCode(2023)]
# Which earlier period a word reads, worked by hand for every month and for the annual form.
BEHIND = {
    "prev": {f"2024M{month:02}": f"2024M{month - 1:02}" for month in range(2, 13)},
    "year_ago": {f"2024M{month:02}": f"2023M{month:02}" for month in range(1, 13)},
    "december": {"2024A": "2024M12"},
    "last_annual": {**{f"2024M{month:02}": "2023A" for month in range(1, 13)}, "2024A": "2023A"},
}


@pytest.mark.parametrize("word", HISTORY)
def test_a_word_reads_the_same_period_whoever_asks(word):
    found = {code.code: before.code for code in JUDGED if (before := code.behind(word))}
    assert found == BEHIND[word]


def test_no_word_looks_back_without_an_answer():
    with pytest.raises(ValueError, match="register"):
        PeriodCode(2024, 5).behind("register")


# The rules


@lru_cache
def invented() -> tuple[dict, ...]:
    """Each looks back, and stands there twice: as it is and the other way round, so that one of the two fails wherever
    it applies at all. A third of them are errors."""
    dice, found = Random(f"history {SEED}"), []
    for frequency in ("month", "annual"):
        for word in BACKWARD:
            wanted = [text for text in plain_texts(frequency, word, dice)]
            author = Author(SHIPPED, frequency, dice, tuple(dice.sample(cells_of(SHIPPED, frequency), 6)))
            while len(wanted) < 10:
                text = author.truth(3)
                if f"{word}(" in text and any(f"{cell}" in text for cell in author.cells):
                    wanted.append(text)
            for text in wanted:
                found += twice(text, len(found) // 2, dice)
    return tuple(found)


def plain_texts(frequency: str, word: str, dice: Random):
    """A figure of this form against one of the form the word reads, and whether that is there."""
    if word == "register":
        yield from ("register(A07) == A07", "has(register(A36), '是') or filled(A36)")
        return
    own = [f"M{code}.c1" for code in ("2010", "2021", "2112")] if frequency == "month" else ["Y2010.y", "F301.y"]
    past = ["Y2010.y", "F301.y", "E1.y"] if word == "last_annual" else ["M2010.c1", "M2020.c1", "M2112.c1"]
    for _ in range(3):
        here, there = dice.choice(own), dice.choice(past)
        yield f"{here} {dice.choice(('<', '>=', '!='))} {word}({there})"
        yield f"{here} > 0 and filled({word}({there}))"
    yield f"{own[0]} > 0 and {word}(A36) == '是'"


def twice(text: str, number: int, dice: Random) -> list[dict]:
    said = {"level": dice.choice(("error", "warning", "warning")), "kind": "rule", "where": "软统企6", "message": "试"}
    rules = [
        {"id": f"{side}{number}", "texts": [words], **said} for side, words in (("YES", text), ("NOT", f"not ({text})"))
    ]
    slips = [slip for rule in rules for slip in slips_in_rule(SHIPPED, Rule(**{**rule, "texts": tuple(rule["texts"])}))]
    return [] if slips or len(text) + 6 > MAX_LENGTH else rules


@lru_cache
def content() -> dict:
    changed = shipped_content("chongqing-2024")
    for rule in invented():
        changed = with_new_rule(changed, rule)
    return changed


@lru_cache
def draft() -> Edition:
    return edition_from("draft", content(), platform_said("chongqing-2024"))


OURS = ("YES", "NOT")


def ours(rules) -> set[str]:
    return {rule for rule in rules if rule.startswith(OURS)}


# The record


@pytest.fixture
def may(cast):
    return make_may(cast)


def publish_at_once(said: dict) -> str:
    """The code of a revision that says this."""
    digest, text = digest_of(said), json.dumps(said, ensure_ascii=False)
    known = {"family": "chongqing-2024", "number": 2, "title": "试", "digest": digest, "published_at": AT}
    return PublishedEdition.objects.create(code=f"chongqing-2024@{digest[:8]}", text=text, **known).code


@pytest.fixture
def office(cast):
    """云图 filed every period; 嘉陵 fills every second month of this year and its annual form now; 山城 is new this
    year and has filed nothing before, but of every second period of last year history was imported. For 云图 and 嘉陵
    something else was imported of every period: it stands nowhere but where 嘉陵 has only a draft."""
    edition = publish_at_once(content())
    bring_in(cast)  # first, as an office does: what is frozen was completed beside it
    for code in (*BEFORE, *JUDGED):
        period = open_period(code.code, date(2024, 6, 1))
        Period.objects.filter(pk=period.pk).update(edition_code=edition)
        for number, firm in enumerate((cast.yuntu, cast.jialing, cast.shancheng)):
            if number == 2 and code in BEFORE:
                continue
            filing = Filing.objects.create(
                enterprise=firm, period=Period.objects.get(pk=code.code), district=firm.district, state=State.DRAFT
            )
            write(filing, figures(code, number), cast.li_na)
            if not (code in JUDGED and (number == 2 or number == 1 and (code.month or 1) % 2 == 1)):
                send(filing, cast.li_na)
    return cast


def bring_in(cast) -> None:
    """Imported history of yet other firms' figures, of the shipped text of the edition and not of our revision."""
    source = HistoryFile.objects.create(name="历史.xlsx", digest="0" * 64, at=AT)
    for number, firm in enumerate((cast.yuntu, cast.jialing, cast.shancheng)):
        for place, code in enumerate((*BEFORE, *JUDGED)):
            if number < 2 or code in BEFORE and place % 2 == 0:
                ImportedFiling.objects.create(
                    enterprise=firm,
                    period=code.code,
                    edition_code=SHIPPED.code,
                    district=firm.district,
                    values=figures(code, 10 + number),
                    source=source,
                    row=place + 2,
                )


def figures(code: PeriodCode, number: int) -> dict[str, str]:
    """A sound form of another invented firm for each period: what is read by mistake is another figure."""
    sound = sound_filing(SHIPPED, code.month, 40 * (code.year - 2022) + 10 * number + (code.month or 0) % 7)
    return SHIPPED.values_as_text(sound.values)


def write(filing: Filing, cells: dict[str, str], by: User) -> None:
    tables: dict[str, dict[str, str]] = {}
    for key, text in cells.items():
        tables.setdefault(SHIPPED.indicator(key.partition(".")[0]).table, {})[key] = text
    for table, typed in tables.items():
        Sheet.objects.create(filing=filing, table=table, cells=typed, version=1, saved_at=AT, saved_by=by)


def send(filing: Filing, by: User) -> None:
    """As it is frozen when it is submitted, whatever the rules say of it; passed by the district at once."""
    judgement = judge(filing)
    filing.state = State.APPROVED
    file_values(filing, judgement.values_as_text(), by, attributes=dict(judgement.facts.attributes))


# The judges, each asked through what it supplies itself with


@dataclass
class Asked:
    period: Period
    filings: list[Filing]


def by_the_firm(asked: Asked) -> dict[int, set[str]]:
    """数据审核 of one filing, as workflow.submit and the firm's page do it; what was sent, as it was sent."""
    found = {}
    for filing in asked.filings:
        if filing.is_with_firm:
            findings = judge(filing).findings
        else:
            facts = replace(facts_for(filing), attributes=filing.in_force.attributes)
            findings = examine(filing.edition, submission_values(filing.in_force), facts)
        found[filing.pk] = ours(finding.rule for finding in findings)
    return found


def by_recheck(asked: Asked) -> dict[int, set[str]]:
    found = {filing.pk: set() for filing in asked.filings}
    for filing, rule in recheck(asked.period).findings.select("filing", "rule").rows():
        found[filing].add(rule)
    return {pk: ours(rules) for pk, rules in found.items()}


def by_rehearsal(outcomes):
    def judged(asked: Asked) -> dict[int, set[str]]:
        every = list(outcomes(asked.period, filings_to_judge(asked.period), asked.period.edition, draft()))
        assert all(ours(each.before.broken) == ours(each.after.broken) for each in every)
        return {each.filing: ours(each.after.broken) for each in every}

    return judged


def by_the_rule_desk(asked: Asked, rules: set[str]) -> dict[int, set[str]]:
    """Some rules, each tried by itself: what the columns say, and what the browser is given to judge a filing by."""
    found, edition = {filing.pk: set() for filing in asked.filings}, asked.period.edition
    for rule in (rule for rule in edition.rules if rule.id in rules):
        effect = effect_on(asked.period, rule.id, edition, rule)
        for row, outcome in enumerate(effect.after.outcomes(effect.ledger)):
            if outcome is False:
                found[effect.filing(row)].add(rule.id)
            with localcontext(EXACT):
                handed = {condition.verdict(effect.reading(row)) for condition in effect.after.conditions}
            assert outcome == (False if False in handed else True if True in handed else None), (rule.texts, row)
    return found


JUDGES = {
    "recheck": by_recheck,
    "a rehearsal over the columns": by_rehearsal(outcomes_by_columns),
    "a rehearsal one by one": by_rehearsal(outcomes_of),
}


def asked_of(period: str) -> Asked:
    filings = Filing.objects.filter(period=period).select_related("period", "enterprise", "district", "in_force")
    return Asked(Period.objects.get(pk=period), list(filings.prefetch_related("sheets")))


def test_every_judge_finds_the_same_in_every_period_by_what_it_reads_itself(office):
    applied, dice = {word: set() for word in HISTORY}, Random(SEED)
    for code in JUDGED:
        asked = asked_of(code.code)
        alone = by_the_firm(asked)
        for name, judged in JUDGES.items():
            assert judged(asked) == alone, f"{name}, {code}"
        tried = {rule["id"] for rule in dice.sample(invented(), TRIED)}
        assert by_the_rule_desk(asked, tried) == {pk: rules & tried for pk, rules in alone.items()}, code
        note_what_applied(applied, asked, alone)
    assert {word: sorted(codes) for word, codes in applied.items()} == {
        word: sorted(codes) for word, codes in BEHIND.items()
    }


def note_what_applied(applied, asked: Asked, found: dict[int, set[str]]) -> None:
    """In which periods a plain comparison with a word's figure said anything at all."""
    for rule in invented():
        for word in HISTORY:
            plain = rule["texts"][0].startswith(("M", "Y", "F")) and rule["texts"][0].count("(") == 1
            if plain and f" {word}(" in rule["texts"][0] and "filled" not in rule["texts"][0]:
                number = rule["id"].lstrip("YESNOT")
                if any({f"YES{number}", f"NOT{number}"} & rules for rules in found.values()):
                    applied[word].add(asked.period.code)


def test_imported_history_stands_where_no_submission_does(office):
    """Of June: 云图 has its own May behind it; 嘉陵's May is a draft, so its imported May stands; 山城 has neither its
    own nor an imported May, and of last June (the sixth of the periods before, so it was not imported) nothing."""
    filings = {filing.enterprise: filing for filing in asked_of("2024M06").filings}
    may, last_may = PeriodCode(2024, 5), PeriodCode(2023, 5)
    of_yuntu, of_jialing = (facts_for(filings[firm]).history["prev"] for firm in (office.yuntu, office.jialing))
    assert of_yuntu["2010.c1"] == Decimal(figures(may, 0)["2010.c1"]) != Decimal(figures(may, 10)["2010.c1"])
    assert of_jialing["2010.c1"] == Decimal(figures(may, 11)["2010.c1"])
    assert not {"prev", "year_ago"} & facts_for(filings[office.shancheng]).history.keys()
    in_may = Filing.objects.get(enterprise=office.shancheng, period="2024M05")
    assert facts_for(in_may).history["year_ago"]["2010.c1"] == Decimal(figures(last_may, 12)["2010.c1"])
    asked = Period.objects.get(pk="2024M06")
    stored = city_columns.load(asked, ["prev(2010.c1)"])
    places = stored.ledger.scales["prev(2010.c1)"]
    firms = dict(zip(stored.filings["enterprise"], stored.ledger.frame["prev(2010.c1)"], strict=True))
    read = {pk: None if number is None else Decimal(number).scaleb(-places) for pk, number in firms.items()}
    assert read == {
        office.yuntu.pk: of_yuntu["2010.c1"],
        office.jialing.pk: of_jialing["2010.c1"],
        office.shancheng.pk: None,
    }


def test_an_error_that_reads_last_years_annual_stops_a_month_that_is_not_december(may):
    """云图's annual form of 2023 said 900 where its May says 1000: nobody is let pass where it submits, to be blamed by
    recheck."""
    strict = {
        "id": "R699", "level": "error", "kind": "rule", "where": "软统企6",
        "texts": ["M2010.c1 <= last_annual(Y2010.y)"], "message": "不大于上年全年",
    }  # fmt: skip
    edition = publish_at_once(with_new_rule(shipped_content("chongqing-2024"), strict))
    Period.objects.filter(pk="2024M05").update(edition_code=edition)
    annual = Filing.objects.create(
        enterprise=may.firm, period=open_period("2023A", date(2024, 1, 1)), district=may.filing.district,
        state=State.APPROVED,
    )  # fmt: skip
    file_values(annual, {"Y2010.y": "900.00"}, may.clerk)
    workflow.save_sheet(may.filing, "软统企6", CLEAN_MAY, 0, may.clerk, AT)
    checked = workflow.check(fresh(may.filing), may.clerk, AT)
    assert [finding.rule for finding in checked.errors] == ["R699"]
    with pytest.raises(workflow.Refused, match="消除全部错误"):
        workflow.submit(fresh(may.filing), may.clerk, AT, signer="王经理", committed=True)


@pytest.mark.browser
@pytest.mark.parametrize("code", ["2024M01", "2024M05", "2024M12", "2024A"])
def test_the_browser_finds_the_same_in_what_it_is_given(office, page, code):
    asked = asked_of(code)
    edition = asked.period.edition
    conditions = [c for c in conditions_of(edition, PeriodCode.parse(code).frequency) if c.rule.id.startswith(OURS)]
    stored = city_columns.load(asked.period, edition=edition)
    readings = list(stored.ledger.readings(conditions))
    judge_there = BrowserJudge(page)
    judge_there.load(conditions)
    with localcontext(EXACT):
        here = [letters_of(condition.verdict(reading) for condition in conditions) for reading in readings]
    assert judge_there.verdicts(readings) == here
    alone = by_the_firm(asked)
    for filing, letters in zip(stored.filings["filing"], here, strict=True):
        failing = {c.rule.id for c, letter in zip(conditions, letters, strict=True) if letter == "F"}
        assert failing == alone[filing]
