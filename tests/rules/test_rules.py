"""Every rule of the edition, judged on figures worked by hand: tests/rules/rule_rows.txt."""

import json
import re
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command

from forms_tables.edition.catalog import load_edition
from forms_tables.edition.model import FIGURE_KINDS
from forms_tables.edition.periods import PeriodCode
from forms_tables.filling.completion import Facts
from forms_tables.notation.names import Cell, Setting
from forms_tables.rules.checks import conditions_of, examine, proofread
from reporting.management.commands.rules import waiting

EDITION = load_edition("chongqing-2024")
CONDITIONS = {}
for _frequency in ("month", "annual"):
    for _condition in conditions_of(EDITION, _frequency):
        CONDITIONS.setdefault(_condition.rule.id, []).append(_condition)
JUDGED = [rule for rule in EDITION.rules if rule.texts]


def rows():
    lines = (Path(__file__).parent / "rule_rows.txt").read_text(encoding="utf-8").splitlines()
    for line in lines:
        if line and not line.startswith("#"):
            rule, figures, verdict, _why = (part.strip() for part in line.split("|"))
            yield rule, figures, verdict


def facts_and_values(frequency, figures):
    month, attributes, parameters, history, values = 5, {}, {}, {}, {}
    for name, text in (token.split("=", 1) for token in figures.split()):
        period, _, key = name.rpartition(":")
        if name == "m":
            month = int(text)
        elif period == "register" or (not period and "." not in key and key not in EDITION.parameters):
            attributes[key] = text
        elif key in EDITION.parameters:
            parameters[key] = Decimal(text)
        else:
            code, column = key.split(".")
            is_figure = EDITION.indicator(code).kind_in(column) in FIGURE_KINDS
            target = history.setdefault(period, {}) if period else values
            target[key] = Decimal(text) if is_figure else text
    period = PeriodCode(2024, month if frequency == "month" else None)
    return Facts(period, attributes, parameters, history), values


def verdicts_on(rule, figures):
    """The verdict of each of the rule's conditions, as pairs with its text."""
    conditions = CONDITIONS[rule]
    facts, values = facts_and_values(conditions[0].frequency, figures)
    reading = facts.reading(EDITION, values)
    return [(condition.text, condition.verdict(reading)) for condition in conditions]


@pytest.mark.parametrize(("rule", "figures", "expected"), list(rows()))
def test_a_rule_judges_figures_worked_by_hand(rule, figures, expected):
    verdicts = [verdict for _, verdict in verdicts_on(rule, figures)]
    found = "fails" if False in verdicts else "holds" if True in verdicts else "skips"
    assert found == expected


def test_every_text_of_every_rule_is_seen_to_hold_and_to_fail():
    seen = {(rule, text, verdict) for rule, figures, _ in rows() for text, verdict in verdicts_on(rule, figures)}
    missing = [
        (rule.id, text, verdict)
        for rule in JUDGED
        for text in rule.texts
        for verdict in (True, False)
        if (rule.id, text, verdict) not in seen
    ]
    assert missing == []


def test_the_edition_has_all_187_rules():
    reference = [
        *(f"R{n}" for n in (*range(601, 636), *range(701, 716), *range(201, 232), *range(301, 317))),
        *(f"R{n}" for n in (*range(401, 411), *range(501, 507))),
        *(f"X{n:02}" for n in range(1, 23)),
        *(f"K{n:02}" for n in range(1, 26)),
        *(f"{letter}{n:02}" for letter, most in (("M", 10), ("S", 7), ("P", 10)) for n in range(1, most + 1)),
    ]
    assert len(reference) == 187
    assert sorted(rule.id for rule in EDITION.rules) == sorted(reference)
    assert sum(rule.level == "error" for rule in EDITION.rules) == 112


def test_every_text_of_the_edition_makes_sense():
    assert [str(slip) for slip in proofread(EDITION)] == []


def test_a_rule_without_texts_says_where_else_it_is_enforced():
    for rule in EDITION.rules:
        if rule.kind in ("cell", "workflow"):
            assert not rule.texts and re.match(r"(parsing|completion|workflow|periods)[:.]", rule.where), rule.id
        else:
            assert rule.texts, rule.id


def test_a_derived_rule_is_about_a_cell_nobody_types_into():
    for rule in EDITION.rules:
        for condition in CONDITIONS.get(rule.id, ()) if rule.kind == "derived" else ():
            cells = [meaning for meaning in condition.reads if isinstance(meaning, Cell) and not meaning.period]
            column = cells[0].indicator.column(cells[0].column) if cells else None
            locked = column is None or cells[0].indicator.formula_in(column.key) or column.carry or column.applies_when
            assert locked or cells[0].indicator.applies_when, (rule.id, condition.text)


COEFFICIENTS = {f"k_E4{number}" for number in "123459"}


def test_a_rule_names_the_parameters_it_waits_for():
    for rule_id, conditions in CONDITIONS.items():
        settings = {
            meaning.name for condition in conditions for meaning in condition.reads if isinstance(meaning, Setting)
        }
        unknown = {name for name in settings if EDITION.parameters[name].default is None}
        if "k" in unknown:  # worked out for each firm from the coefficients of the classes
            unknown = unknown - {"k"} | COEFFICIENTS
        if rule_id != "R408":  # its coefficients are cells, filled from the parameters
            assert unknown == set(EDITION.rule(rule_id).waits_for), rule_id
    assert [rule.id for rule in waiting(EDITION)] == "R609 R615 R617 R618 R305 R316 R408 P08".split()
    assert all(rule.note for rule in waiting(EDITION))


def test_a_finding_says_where_and_shows_both_sides():
    facts, values = facts_and_values("month", "2020.c1=1200 2021.c1=400 2022.c1=300 2023.c1=200 2024.c1=298 A36=是")
    (finding,) = [finding for finding in examine(EDITION, values, facts) if finding.rule == "R601"]
    assert finding.message == (
        "软统企6表2020“软件业务收入合计”的“本年本期累计”："
        "软件业务收入合计应等于软件产品、信息技术服务、信息安全、嵌入式系统软件四项之和。"
        "现为 1,200.00 万元，而 2021＋2022＋2023＋2024 为 1,198.00 万元，相差 2.00 万元（容差 0.04）。"
    )
    assert finding.cells == (
        "软统企6!2020.c1",
        "软统企6!2021.c1",
        "软统企6!2022.c1",
        "软统企6!2023.c1",
        "软统企6!2024.c1",
    )
    assert finding.level == "error"
    assert finding.figures["left"] == "1200" and finding.figures["difference"] == "2"


def test_every_failing_row_gives_a_whole_sentence():
    for rule, figures, expected in rows():
        if expected != "fails":
            continue
        facts, values = facts_and_values(CONDITIONS[rule][0].frequency, figures)
        for finding in (finding for finding in examine(EDITION, values, facts) if finding.rule == rule):
            assert f"：{EDITION.rule(rule).message}。" in finding.message and finding.message.endswith("。")
            assert not re.search(r"[a-z]{2}|ε|左边|None|Decimal", finding.message.partition("”：")[2]), finding.message
            assert json.dumps(dict(finding.figures))


@pytest.mark.django_db
def test_the_command_lists_every_rule_and_its_exceptions(capsys):
    call_command("rules", json=True)
    listed = json.loads(capsys.readouterr().out)
    assert len(listed) == 187
    assert set(listed[0]) == {"id", "level", "kind", "where", "text", "note"}
    assert all(rule["text"] and rule["where"] for rule in listed)
    call_command("rules")
    printed = capsys.readouterr().out
    assert "共 187 条：错误 112 条，提示 75 条。" in printed
    assert printed.index("市级录入参数之前") < printed.index("R609（等待 k_E41、")
