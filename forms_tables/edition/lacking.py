"""Whether everything the platform names in an edition is there: rows, cells, lists and rules of platform.toml, and the
rules that rows name. One function for what is shipped, published and drafted."""

from collections.abc import Iterator
from dataclasses import dataclass

from forms_tables.edition.address import CellAddress
from forms_tables.edition.keys import DefinitionError
from forms_tables.edition.model import CHOICE_KINDS, Edition, Indicator
from forms_tables.edition.outlines import outlines_of
from forms_tables.edition.platform import CITY, Coefficient, RegisterFact

OF_A_KIND = {  # role among [rules] → the kinds its rule may be of
    "required": ("cell",),
    "credit_code": ("cell", "rule"),
    "region": ("cell", "rule"),
}
KINDS_OF_ROWS = {
    "credit_code": ("credit_code",),
    "organisation_code": ("organisation_code",),
    "name": ("text",),
    "district": ("code",),
    "scope": ("code", "codes"),
    "industry": ("code",),
    "ownership": ("code",),
    "size": ("code",),
    "park": ("text", "code"),
    "founded": ("month", "date"),
    "key_firm": ("code", "yes_no"),
    "signer": ("text",),
    "contact": ("text",),
    "filler": ("text",),
    "phone": ("phone", "text"),
    "mobile": ("mobile", "text"),
    "email": ("email", "text"),
}
FACTS = ("code", "codes", "yes_no")
YES_NO = ("是", "否")
TOLERANCE = "EPS"  # the parameter that eps(…) multiplies


@dataclass(frozen=True)
class Lacking:
    """What is named and not there, or is not what it is named as: who names it, its sort and code, and why."""

    named_by: str
    sort: str  # rule, indicator, parameter, list, district, file
    code: str
    reason: str

    def __str__(self) -> str:
        return f"{self.named_by}：{self.code} {self.reason}"


CANNOT_GO = "由平台按编号执行，不能删除，也不能改作别的执行方式"
LINKED = "与企业名录相连，平台按代码读取，不能删除"


def lacking_in(edition: Edition) -> list[Lacking]:
    """In the order of platform.toml."""
    return [
        *_rows(edition),
        *_figures(edition),
        *_facts(edition),
        *_reasons(edition),
        *_rules(edition),
        *_parameters(edition),
        *_tiles(edition),
        *_outlines(edition),
    ]


def _rows(edition: Edition) -> Iterator[Lacking]:
    for role, kinds in KINDS_OF_ROWS.items():
        code = getattr(edition.platform.rows, role)
        if code:
            yield from _row(edition, f"[rows] {role}", code, kinds)
    scope = edition.platform.rows.scope
    if scope and scope not in edition.platform.firm_writes:
        yield Lacking("[rows] scope", "indicator", scope, "须是 [facts] 中由企业写的一项")


def _row(edition: Edition, named_by: str, code: str, kinds: tuple[str, ...]) -> Iterator[Lacking]:
    row = edition.indicators.get(code)
    if row is None:
        yield Lacking(named_by, "indicator", code, LINKED)
    elif row.kind not in kinds:
        yield Lacking(named_by, "indicator", code, f"的填写内容须是 {'、'.join(kinds)}，不能是 {row.kind}")


def _figures(edition: Edition) -> Iterator[Lacking]:
    for frequency, figures in edition.platform.figures.items():
        needed = [("headline", figures.headline), ("base", figures.base)]
        # The rows of these may be dropped: nothing is told by the first then, the last shows a column less.
        single = [("employed", figures.employed), ("profit", figures.profit)]
        welcome = [*single, *(("main", cell) for cell in figures.main)]
        for role, cell in [*needed, *(named for named in welcome if edition.has_cell(named[1]))]:
            if cell:
                yield from _figure(edition, f"[figures.{frequency}] {role}", cell, frequency)
    for frequency, cells in edition.platform.classes.items():
        for cell in cells:
            yield from _figure(edition, f"[classes] {frequency}", cell, frequency)


def _figure(edition: Edition, named_by: str, cell: str, frequency: str) -> Iterator[Lacking]:
    """A cell that adds up, in a form of that frequency."""
    code = CellAddress.parse(cell).code
    if not edition.has_cell(cell):
        yield Lacking(named_by, "indicator", code, f"这一格（{cell}）平台要读取，不能没有")
        return
    row = edition.indicator(code)
    if not row.adds_up_in(CellAddress.parse(cell).column) or edition.table(row.table).frequency != frequency:
        yield Lacking(named_by, "indicator", code, f"这一格（{cell}）须是{frequency}表里可以加总的数")


def _facts(edition: Edition) -> Iterator[Lacking]:
    platform = edition.platform
    for code, fact in platform.facts.items():
        named_by, row = f"[facts.{code}]", edition.indicators.get(code)
        yield from _row(edition, named_by, code, FACTS)
        if row is not None and row.kind in FACTS:
            yield from _fact(named_by, row, fact)
    for role, codes in {"columns": platform.columns, "marks": platform.marks, "questions": platform.questions}.items():
        needs = "question" if role == "questions" else "short"
        for code in codes:
            if not getattr(platform.facts.get(code), needs, ""):
                yield Lacking(f"[register] {role}", "indicator", code, f"须在 [facts] 里，并写有 {needs}")
    heads = [platform.facts[code].short for code in platform.columns if code in platform.facts]
    for head in {head for head in heads if heads.count(head) > 1}:
        yield Lacking("[register] columns", "indicator", head, "这个列名用了两次")


def _fact(named_by: str, row: Indicator, fact: RegisterFact) -> Iterator[Lacking]:
    codes = [entry.code for entry in row.choices.entries] if row.choices else []
    if fact.by == CITY and row.origin != "register":
        yield Lacking(named_by, "indicator", row.code, '由市级名单写入，表里须写 origin = "register"')
    if fact.by == CITY and fact.unnamed not in (YES_NO if row.kind == "yes_no" else codes):
        yield Lacking(named_by, "indicator", row.code, f"的 unnamed“{fact.unnamed}”不是可填的值")
    for code in fact.plain:
        if code not in codes:
            yield Lacking(f"{named_by} plain", "list", row.code_list, f"没有代码“{code}”")
    if row.kind in CHOICE_KINDS and not codes:
        yield Lacking(named_by, "list", row.code_list, "是空的")


def _reasons(edition: Edition) -> Iterator[Lacking]:
    told = edition.platform.reasons
    if told and told.list not in edition.code_lists:
        yield Lacking("[reasons] list", "list", told.list, "没有这个代码表")
    elif told and told.other and edition.code_lists[told.list].name_of(told.other) is None:
        yield Lacking("[reasons] other", "list", told.list, f"没有代码“{told.other}”")


def _rules(edition: Edition) -> Iterator[Lacking]:
    platform, kinds = edition.platform, {rule.id: rule.kind for rule in edition.rules}
    for role, rule in platform.rules.items():
        if kinds.get(rule) not in OF_A_KIND.get(role, ("workflow",)):
            yield Lacking(f"[rules] {role}", "rule", rule, CANNOT_GO)
    for role, named in {"about_unit": platform.about_unit, "about_growth": platform.about_growth}.items():
        for rule in sorted(named - kinds.keys()):
            yield Lacking(f"[findings] {role}", "rule", rule, "平台提示时要用，不能删除")
    for row in edition.indicators.values():
        for rule in filter(None, (row.nonnegative_rule, row.whole_rule)):
            if rule not in kinds:
                yield Lacking(row.place(), "indicator", row.code, f"所引用的审核关系 {rule} 不在制度里")
    enforced = set(platform.rules.values())
    for rule, kind in kinds.items():
        if kind == "workflow" and rule not in enforced:
            yield Lacking("rules.toml", "rule", rule, "写作流程规则，[rules] 里却没有哪一项由平台执行")


def _official_coefficients(edition: Edition, told: Coefficient) -> Iterator[Lacking]:
    for name in edition.parameters:
        code = told.row_of(name)
        if code and (code not in edition.indicators or told.column not in edition.indicator(code).columns):
            words = f"是参数 {name} 所指的一行，须有 {told.column} 列"
            yield Lacking("[coefficient] official", "indicator", code, words)


def _parameters(edition: Edition) -> Iterator[Lacking]:
    told, scan = edition.platform.coefficient, edition.platform.scan
    if TOLERANCE not in edition.parameters and (reader := next(_reads_tolerance(edition), "")):
        yield Lacking(reader, "parameter", TOLERANCE, "没有这个参数，eps(…) 算不出容差")
    if told and told.parameter not in edition.parameters:
        yield Lacking("[coefficient] parameter", "parameter", told.parameter, "没有这个参数")
    if told:
        yield from _official_coefficients(edition, told)
    if scan:
        yield from _figure(edition, "[scan] figure", scan.figure, "annual")
        if scan.least not in edition.parameters:
            yield Lacking("[scan] least", "parameter", scan.least, "没有这个参数")


def _reads_tolerance(edition: Edition) -> Iterator[str]:
    """The rules and rows in whose texts eps(…) stands."""
    for rule in edition.rules:
        if any("eps(" in text for text in (*rule.texts, rule.when)):
            yield rule.id
    for row in edition.indicators.values():
        if any("eps(" in text for text in (*row.auto.values(), row.applies_when, row.required_when)):
            yield row.place()


def _tiles(edition: Edition) -> Iterator[Lacking]:
    known = {district.code for district in edition.districts}
    for code in edition.platform.tiles:
        if code not in known:
            yield Lacking("[map] tiles", "district", code, "不在区县名单里")


def _outlines(edition: Edition) -> Iterator[Lacking]:
    try:
        outlines_of(edition)
    except DefinitionError as error:
        yield Lacking("[map] outlines", "file", edition.platform.outlines, f"读不出来（{error}）")
