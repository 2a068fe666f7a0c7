"""What the office knows already and a firm need not type again, and from where: the register, last year's
questionnaire, a cell that a rule holds equal to another. It is the firm's own word only once the firm has saved it."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from accounts.models import User
from forms_tables.edition.catalog import Indicator, Table
from forms_tables.edition.shape import is_questionnaire
from forms_tables.filling.known import Offer
from forms_tables.filling.parsing import Problem, parse
from forms_tables.notation.names import Cell
from forms_tables.rules.counterparts import counterparts_of
from reporting.filing.judging import Judgement, Values, attributes_of, facts_for, typed_cells
from reporting.models import Filing

REGISTER, READER = "登记信息", "当前登录人"


def known_cells(filing: Filing) -> dict[str, str]:
    """The drafts, with the register's facts standing in where the questionnaire has not been filled yet."""
    return known_of_register(filing) | {name: text for name, text in typed_cells(filing).items() if text}


def known_of_register(filing: Filing) -> dict[str, str]:
    """The register's facts and its contact as cells of the questionnaire, where this filing has one."""
    edition, firm = filing.edition, filing.enterprise
    facts = attributes_of(edition, firm, filing.district.code)
    contact = {
        edition.platform.rows.contact: firm.contact_name,
        edition.platform.rows.phone: firm.phone,
        edition.platform.rows.mobile: firm.mobile,
        edition.platform.rows.email: firm.email,
    }
    rows = rows_asked(filing)
    return {
        f"{code}.{rows[code].columns[0]}": str(fact)
        for code, fact in (contact | facts).items()
        if code in rows and fact and not rows[code].formula_in(rows[code].columns[0])
    }


def rows_asked(filing: Filing) -> dict[str, Indicator]:
    """The rows of this filing's forms that the firm itself writes."""
    frequency = filing.period.parsed.frequency
    tables = [table for table in filing.edition.tables if table.frequency == frequency]
    return {row.code: row for table in tables for row in table.indicators if not row.origin}


def facts_known(filing: Filing, table: Table, history: Mapping[str, Values], reader: User) -> dict[str, Offer]:
    """What is filled in for the firm in a table nobody has begun; the register knows better than last year."""
    known = dict(answered_last_year(filing, table, history))
    filler = next((row for row in table.indicators if row.code == filing.edition.platform.rows.filler), None)
    if filler and reader.name:
        known[f"{filler.code}.{filler.columns[0]}"] = Offer(reader.name, READER)
    own = {f"{row.code}.{column}" for row in table.indicators for column in row.columns}
    return known | {key: Offer(text, REGISTER) for key, text in known_of_register(filing).items() if key in own}


def filled_in(filing: Filing, table: Table, reader: User) -> dict[str, str]:
    """The texts with which `reader` found a table that nobody had begun."""
    return {key: known.text for key, known in facts_known(filing, table, facts_for(filing).history, reader).items()}


def answered_last_year(filing: Filing, table: Table, history: Mapping[str, Values]) -> Iterator[tuple[str, Offer]]:
    """Of a questionnaire, and as far as it can still be read: a code that this year's list lacks is no answer to this
    year's question."""
    now, before = filing.period.parsed, history.get("last_annual", {})
    if not (before and now.is_annual and is_questionnaire(table)):
        return
    for row in table.indicators:
        own = [column for column in row.columns if not (row.formula_in(column) or row.column(column).carry)]
        for column in own if not row.origin else ():
            text = as_typed(before.get(f"{row.code}.{column}"))
            if text and not isinstance(parse(row, column, text), Problem):
                yield f"{row.code}.{column}", Offer(text, now.last_annual().label)


def figures_known(judgement: Judgement, table: Table) -> dict[str, Offer]:
    """What another cell holds that a rule wants to be equal, or nearly so, by the cell of the table: offered, and
    taken in by a press of the firm alone."""
    pairs = counterparts_of(judgement.edition, judgement.facts.period.frequency)
    found = {}
    for row in table.indicators:
        for column in row.columns:
            key = f"{row.code}.{column}"
            offers = (
                Offer(text, said_by(other, judgement))
                for other in pairs.get(key, ())
                if (text := held_in(other, judgement))
            )
            if offer := next(offers, None):
                found[key] = offer
    return found


def held_in(cell: Cell, judgement: Judgement) -> str:
    values = judgement.facts.history.get(cell.period, {}) if cell.period else judgement.completed.values
    return as_typed(values.get(cell.key))


def said_by(cell: Cell, judgement: Judgement) -> str:
    """软统企6 2110 研发经费（2023年12月）"""
    row = cell.indicator
    behind = judgement.facts.period.behind(cell.period) if cell.period else None
    when = f"（{behind.label}）" if behind else ""
    return f"{row.table} {row.code} {row.name}{when}"


def as_typed(value: Decimal | str | None) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else value or ""
