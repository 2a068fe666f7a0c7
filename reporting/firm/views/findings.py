"""Findings as the firm meets them: which are told together, which can wait, which cells they mark."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from forms_tables.edition.address import CellAddress
from forms_tables.edition.catalog import Table
from forms_tables.filling.completion import Completed
from forms_tables.rules.checks import Finding
from reporting.filing.judging import Judgement
from reporting.models import Explanation

MOST_ALONE = 3  # more findings of one rule than this are told together
MOST_MARKED = 6  # a finding about more cells than this marks the first one only


@dataclass(frozen=True)
class CellLink:
    table: Table
    cell: str
    words: str


@dataclass(frozen=True)
class Shown:
    """One entry of the list: a finding, or several of one rule, with the links to the cells and, for warnings, what
    was said about them."""

    findings: tuple[Finding, ...]
    message: str
    links: tuple[CellLink, ...]
    from_the_past: bool = False  # every cell was carried from earlier filings: only 口径调整 can change them
    explanation: Explanation | None = None
    open: bool = False  # whether the firm may explain now

    @property
    def rule(self) -> str:
        return self.findings[0].rule

    @property
    def fingerprint(self) -> str:
        """Tells the entry from the others of the page."""
        return self.findings[0].fingerprint

    @property
    def fingerprints(self) -> set[str]:
        return {finding.fingerprint for finding in self.findings}

    @property
    def is_group(self) -> bool:
        return len(self.findings) > 1

    @property
    def reason_code(self) -> str:
        return self.explanation.reason_code if self.explanation else ""

    @property
    def text(self) -> str:
        return self.explanation.text if self.explanation else ""


def to_tell(judgement: Judgement, findings: Iterable[Finding]) -> list[Finding]:
    """While the unit of a figure is in doubt, how much the figure grew can wait."""
    platform = judgement.edition.platform
    doubtful = {row for finding in judgement.errors if finding.rule in platform.about_unit for row in rows_of(finding)}
    return [f for f in findings if f.rule not in platform.about_growth or not doubtful & rows_of(f)]


def rows_of(finding: Finding) -> set[str]:
    return {CellAddress.parse_place(place).code for place in finding.cells}


def alike_together(
    findings: Iterable[Finding], said: Mapping[tuple[str, str], Explanation]
) -> list[tuple[tuple[Finding, ...], Explanation | None]]:
    """The findings of one rule that nobody, or the same words, explained are one entry when they are many."""
    alike = defaultdict(list)
    for finding in findings:
        explanation = said.get((finding.rule, finding.fingerprint))
        words = (explanation.reason_code, explanation.text) if explanation else None
        alike[finding.rule, words].append((finding, explanation))
    entries = []
    for members in alike.values():
        if len(members) > MOST_ALONE:
            entries.append((tuple(finding for finding, _ in members), members[0][1]))
        else:
            entries += [((finding,), explanation) for finding, explanation in members]
    return entries


def cells_to_mark(finding: Finding, judgement: Judgement) -> tuple[str, ...]:
    """An error marks the cells the firm can type in. A figure carried from an earlier filing is not theirs to mend."""
    if finding.level == "error":
        places = [place for place in finding.cells if not is_locked(place, judgement.completed)]
    else:
        places = [place for place in finding.cells if not is_from_the_past(place, judgement)]
    return tuple(places if len(finding.cells) <= MOST_MARKED else places[:1])


def are_from_the_past(findings: Iterable[Finding], judgement: Judgement) -> bool:
    places = [place for finding in findings for place in finding.cells]
    return bool(places) and all(is_from_the_past(place, judgement) for place in places)


def is_from_the_past(place: str, judgement: Judgement) -> bool:
    cell = CellAddress.parse_place(place).cell
    return is_locked(place, judgement.completed) and judgement.edition.is_carried(cell)


def is_locked(place: str, completed: Completed) -> bool:
    """A computed cell that came in differently from a workbook stays open until it is put right."""
    cell = CellAddress.parse_place(place).cell
    return cell in completed.locked and cell not in completed.overridden


def message_of(findings: tuple[Finding, ...], judgement: Judgement) -> str:
    """The sentence of one finding; of many, the rule's own with the first rows it is about."""
    if len(findings) == 1:
        return findings[0].message
    edition = judgement.edition
    codes = list(
        dict.fromkeys(CellAddress.parse_place(place).code for finding in findings for place in finding.cells[:1])
    )
    names = "、".join(f"{code} {edition.indicator(code).name}" for code in codes[:2])
    rest = f"等 {len(codes)} 个指标" if len(codes) > 2 else ""
    return f"{edition.rule(findings[0].rule).message.rstrip('。')}：{names}{rest}，共 {len(findings)} 处。"


def places_of(findings: tuple[Finding, ...], judgement: Judgement) -> tuple[str, ...]:
    """All the cells of one finding; of many, the one of each that is marked first."""
    if len(findings) == 1:
        return findings[0].cells
    firsts = ((cells_to_mark(finding, judgement) or finding.cells)[:1] for finding in findings)
    return tuple(dict.fromkeys(place for first in firsts for place in first))
