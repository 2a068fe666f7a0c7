"""What keeps a draft of an edition from being published, beside texts that make no sense: what the platform itself and
the figures filed so far rest on must stay."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from graphlib import CycleError

from forms_tables.edition.address import CellAddress
from forms_tables.edition.catalog import Edition
from forms_tables.edition.lacking import CANNOT_GO, LINKED, Lacking, lacking_in
from forms_tables.edition.model import Indicator, Rule
from forms_tables.filling.completion import plans_of
from forms_tables.notation.trees import NotationError, names_in, parse
from forms_tables.rules.checks import proofread
from forms_tables.rules.proofreading import Slip
from reporting.editions.contradictions import Remark, remarks_on, remarks_on_rule
from reporting.models import DraftEdition, PublishedEdition

CARRIED_OUT = ("cell", "workflow")  # kinds of rules the platform carries out by their number
WHAT_OF_A_ROW = {"applies_when": "适用条件", "required_when": "必填条件"}


@dataclass(frozen=True)
class Obstacle:
    """Where in the draft, in words and as sort and code (drafting.SORTS), the text at fault, and why."""

    sort: str
    code: str
    place: str
    text: str
    reason: str

    def __str__(self) -> str:
        return "：".join(part for part in (self.place, self.text.replace("\n", "；"), self.reason) if part)


def obstacles_to(draft: DraftEdition) -> list[Obstacle]:
    """All of them, in the order a person puts them right. The draft must be an edition (DraftEdition.edition)."""
    found = unusable_in(draft)
    if _makes_sense(draft.edition):
        found += [_of_remark(one) for one in remarks_on(draft.edition, draft.based_on.edition) if one.stops]
    return found


def unusable_in(draft: DraftEdition) -> list[Obstacle]:
    """Those with which it cannot even be rehearsed; what contradicts itself can, to see whom it would stop."""
    edition, base = draft.edition, draft.based_on.edition
    found = [_of_slip(edition, slip) for slip in _slips_of(edition)]
    if not found:
        found = list(_circles(edition))
    revisions = PublishedEdition.objects.of_family(draft.family).defer("text", "effect")
    return [*found, *_lost(edition, base), *_filed_otherwise(edition, [revision.edition for revision in revisions])]


def worth_a_look_in(draft: DraftEdition) -> list[Obstacle]:
    """What keeps nothing from being published, but was hardly meant: told once the draft's texts make sense."""
    if not _makes_sense(draft.edition):
        return []
    return [_of_remark(one) for one in remarks_on(draft.edition, draft.based_on.edition) if not one.stops]


def remarks_beside(draft: DraftEdition, rule: Rule) -> list[Remark]:
    """What is to be said of one rule as it is being written, once the draft's texts make sense."""
    return remarks_on_rule(draft.edition, rule) if _makes_sense(draft.edition) else []


def _makes_sense(edition: Edition) -> bool:
    return not _slips_of(edition) and not any(_circles(edition))


def _of_remark(remark: Remark) -> Obstacle:
    return Obstacle("rule", remark.rule, f"审核关系 {remark.rule}", "\n".join(remark.texts), remark.words)


@lru_cache(maxsize=8)
def _slips_of(edition: Edition) -> tuple[Slip, ...]:
    """Kept, since each look at an unchanged draft asks for them."""
    return tuple(proofread(edition))


def place_of(slip: Slip) -> str:
    return f"第{slip.at}个字符起" if slip.at else ""


def _of_slip(edition: Edition, slip: Slip) -> Obstacle:
    reason = "：".join(part for part in (place_of(slip), slip.reason) if part)
    owner, _, what = slip.owner.partition(" ")
    at = CellAddress.parse(owner)
    code, column = at.code, at.column
    if code in edition.indicators:
        return Obstacle("indicator", code, _place(edition, code, column, what), slip.text, reason)
    if any(rule.id == code for rule in edition.rules):
        return Obstacle("rule", code, f"审核关系 {code}", slip.text, reason)
    if code in edition.parameters:
        return Obstacle("parameter", code, f"参数 {code}", slip.text, reason)
    return Obstacle("other", code, f"{owner}{WHAT_OF_A_ROW.get(what, what)}", slip.text, reason)


def _place(edition: Edition, code: str, column: str, what: str) -> str:
    return f"{edition.indicator(code).place(column)}{WHAT_OF_A_ROW.get(what, '')}"


def _circles(edition: Edition) -> Iterator[Obstacle]:
    for frequency in ("month", "annual"):
        try:
            plans_of(edition, frequency)
        except CycleError as error:
            cells = list(dict.fromkeys(error.args[1]))
            reason = f"这些单元格互相由对方计算，没有先后：{'、'.join(cells)}"
            yield Obstacle("indicator", CellAddress.parse(cells[0]).code, edition.place_of(cells[0]), "", reason)


def _lost(edition: Edition, base: Edition) -> Iterator[Obstacle]:
    """What the platform names in an edition, and rows that are not the firm's to write."""
    named = lacking_in(edition)
    yield from (_of_lacking(base, one) for one in {(one.sort, one.code): one for one in named}.values())
    told, kinds = {one.code for one in named}, {rule.id: rule.kind for rule in edition.rules}
    for rule in base.rules:
        if rule.kind in CARRIED_OUT and kinds.get(rule.id) != rule.kind and rule.id not in told:
            yield Obstacle("rule", rule.id, f"审核关系 {rule.id}", "", f"这一条{CANNOT_GO}")
    for code, indicator in base.indicators.items():
        if code not in edition.indicators and indicator.origin and code not in told:
            yield Obstacle("indicator", code, indicator.place(), "", f"这一行{LINKED}")


def _of_lacking(base: Edition, one: Lacking) -> Obstacle:
    if one.sort == "rule":
        reason = f"这一条{one.reason}" if one.reason == CANNOT_GO else one.reason
        return Obstacle("rule", one.code, f"审核关系 {one.code}", "", reason)
    if one.sort == "indicator" and one.code in base.indicators:
        reason = f"这一行{one.reason}" if one.reason == LINKED else one.reason
        return Obstacle("indicator", one.code, base.indicator(one.code).place(), "", reason)
    if one.sort == "parameter":
        return Obstacle("parameter", one.code, f"参数 {one.code}", "", one.reason)
    return Obstacle("other", one.code, one.code, "", f"{one.named_by}：{one.reason}")


def _filed_otherwise(edition: Edition, revisions: list[Edition]) -> Iterator[Obstacle]:
    """A code whose figures lie in the record in another unit: what was filed would be read as what it is not."""
    for code, indicator in edition.indicators.items():
        for number, revision in enumerate(revisions, start=1):
            before = revision.indicators.get(code)
            if before and (column := _column_held_otherwise(before, indicator)):
                reason = (
                    f"代码 {code} 在第{number}版里是“{before.name}”，{_holds(before, column)}；"
                    f"现在写成了{_holds(indicator, column)}。往期数据仍按原来的样子存着，不能混在一起：请另用一个代码"
                )
                yield Obstacle("indicator", code, indicator.place(column), "", reason)
                break


def _column_held_otherwise(before: Indicator, after: Indicator) -> str:
    shared = [key for key in after.columns if key in before.columns]
    return next((key for key in shared if _held(before, key) != _held(after, key)), "")


def _held(indicator: Indicator, column: str) -> tuple:
    unit = indicator.column(column).unit or indicator.unit
    is_figure = indicator.is_figure or indicator.kind_in(column) != indicator.kind
    return indicator.kind_in(column), indicator.decimals_in(column), unit if is_figure else ""


def _holds(indicator: Indicator, column: str) -> str:
    decimals = indicator.decimals_in(column)
    unit = indicator.column(column).unit or indicator.unit
    return f"单位为{unit}{'' if decimals is None else f'、{decimals}位小数'}" if unit else "填文字"


def lost_by_dropping(draft: DraftEdition, code: str) -> list[str]:
    """The rules and rows of the draft that would make no sense without a row."""
    edition = draft.edition
    listing = [rule.id for rule in edition.rules if code in rule.each]
    below = [other for other, row in edition.indicators.items() if row.parent == code]
    found = [*listing, *readers_of(edition, edition.indicator(code).symbol), *below]
    return [each for each in dict.fromkeys(found) if each != code]


def readers_of(edition: Edition, name: str) -> list[str]:
    """The rules and rows whose texts name it."""
    rules = [rule.id for rule in edition.rules if any(_names(text, name) for text in _texts_of(rule))]
    rows = edition.indicators.items()
    return [*rules, *(code for code, row in rows if any(_names(text, name) for text in _texts_of_row(row)))]


def _texts_of(rule: Rule) -> list[str]:
    return [*rule.texts, rule.when]


def _texts_of_row(row: Indicator) -> list[str]:
    return [*row.auto.values(), row.applies_when, row.required_when]


def _names(text: str, symbol: str) -> bool:
    try:
        return bool(text) and any(name.code == symbol for name in names_in(parse(text)))
    except NotationError:
        return False
