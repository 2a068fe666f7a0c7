"""What an edited rule would change: the filings of a real period, judged by the rule as each filing has it and by the
rule as it is being written."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from functools import lru_cache

import polars as pl
from django.db.models import Exists, OuterRef

from forms_tables.edition.model import Edition, Rule
from forms_tables.filling.completion import EXACT
from forms_tables.judges.city import Ledger, failing, labels_of, verdicts
from forms_tables.notation.decimals import Reading
from forms_tables.notation.names import Meaning
from forms_tables.rules.checks import Condition, spread
from reporting import city_columns
from reporting.filing.judging import parameters_in
from reporting.models import Filing, Period, PublishedEdition, published_edition
from reporting.totals.coverage import share

ALWAYS_SHOWN = ("newly_fail", "newly_pass")
FREQUENCIES = ("month", "annual")
CENT = 2  # the headline figure is kept in hundredths
GROUPS = {
    "newly_fail": "新增不通过",
    "now_block": "将不能上报",
    "newly_pass": "将通过",
    "no_longer_block": "将可以上报",
    "no_longer_applies": "不再适用",
    "still_fail": "仍不通过",
}


def periods_with_submissions(family: str, frequencies: Collection[str] = FREQUENCIES) -> list[Period]:
    """Those under an edition of this family for which anything was submitted, the newest first."""
    submitted = Filing.objects.filter(period=OuterRef("pk")).exclude(in_force=None)
    found = Period.objects.filter(Exists(submitted))
    return [each for each in found if each.parsed.frequency in frequencies and each.family == family]


def frequencies_of(edition: Edition, rule: Rule) -> set[str]:
    """In which filings it is judged: monthly ones, annual ones."""
    return {condition.frequency for condition in conditions_of_rule(edition, rule)}


@lru_cache(maxsize=64)
def conditions_of_rule(edition: Edition, rule: Rule) -> tuple[Condition, ...]:
    """Kept, since what a condition reads is worked out once: the published text's is asked for at each keystroke."""
    return tuple(condition for text in rule.texts for condition in spread(edition, rule, text))


def effect_on(period: Period, rule_id: str, edition: Edition, rule: Rule | None) -> "Effect":
    """What `rule`, as `edition` would have it, does to the filings of a period that `rule_id` judges today."""
    frequency, edition = period.parsed.frequency, period.judged_by(edition)
    after = judge_of(edition, rule, frequency, parameters_in(edition, period))
    before = {
        code: judge_of(own, _rule_in(own, rule_id), frequency, parameters_in(own, period))
        for code in _codes_of(period)
        for own in [period.judged_by(published_edition(code))]
    }
    stored = city_columns.load(period, read_by([after, *before.values()]), edition=edition)
    return effect_of(stored.ledger, stored.filings, before, after, unstorable=len(stored.unstorable))


def _codes_of(period: Period) -> list[str]:
    """Every revision a filing of the period may have been judged by."""
    family = PublishedEdition.objects.filter(code=period.edition_code).values("family")
    codes = PublishedEdition.objects.filter(family__in=family).values_list("code", flat=True)
    return list(dict.fromkeys([period.edition_code, *codes]))


def _rule_in(edition: Edition, rule_id: str) -> Rule | None:
    return next((rule for rule in edition.rules if rule.id == rule_id), None)


@dataclass(frozen=True)
class Judge:
    """One rule as one edition has it: its conditions for a period's filings, and the parameters they are read with."""

    level: str
    conditions: tuple[Condition, ...]
    parameters: Mapping[str, Decimal | None]

    def on(self, ledger: Ledger) -> Ledger:
        return replace(ledger, parameters=self.parameters)

    def outcomes(self, ledger: Ledger) -> pl.Series:
        """For each filing whether it passes; null where no condition applies to it."""
        if not self.conditions:
            return pl.Series("outcome", [None] * ledger.frame.height, dtype=pl.Boolean)
        judged = verdicts(self.conditions, self.on(ledger))
        fails = pl.any_horizontal(pl.all().not_().fill_null(False))
        applies = pl.any_horizontal(pl.all().is_not_null())
        return judged.select(outcome=pl.when(fails).then(False).when(applies).then(True)).to_series()


def judge_of(edition: Edition, rule: Rule | None, frequency: str, parameters: Mapping[str, Decimal | None]) -> Judge:
    """Without a rule, one by which nothing applies: the rule is new, or dropped."""
    if rule is None:
        return Judge("", (), parameters)
    conditions = conditions_of_rule(edition, rule)
    return Judge(rule.level, tuple(one for one in conditions if one.frequency == frequency), parameters)


@dataclass(frozen=True)
class EffectGroup:
    """The filings with which the same happens, and what they carry of the headline figure."""

    name: str
    rows: Sequence[int]  # of the ledger: those that failed before, then the largest first
    failed: int  # how many of them failed before
    headline: Decimal
    share: Decimal | None  # per cent of that of all that were judged

    @property
    def label(self) -> str:
        return GROUPS[self.name]

    @property
    def filings(self) -> int:
        return len(self.rows)

    @property
    def headline_words(self) -> str:
        return f"{self.headline:,.2f}"


@dataclass(frozen=True)
class Effect:
    """An edited rule on the filings of a ledger; `before` by the code of the edition each filing is judged by."""

    ledger: Ledger
    filings: pl.DataFrame  # in the ledger's order: filing, edition, headline figure in hundredths, …
    before: Mapping[str, Judge]
    after: Judge
    groups: Mapping[str, EffectGroup]
    applies: int  # filings the edited rule says something of
    headline: Decimal  # of all filings judged
    unstorable: int  # filings that cannot be a row of the ledger

    @property
    def judged(self) -> int:
        return self.ledger.frame.height

    @property
    def there(self) -> list[EffectGroup]:
        return [group for group in self.groups.values() if group.filings]

    @property
    def shown_groups(self) -> list[EffectGroup]:
        """Whoever is touched; that nobody newly fails or passes is worth a line too."""
        return [group for group in self.groups.values() if group.filings or group.name in ALWAYS_SHOWN]

    @property
    def consequence(self) -> str:
        """What failing the edited rule means for a firm."""
        return "须更正才能上报" if self.after.level == "error" else "须写说明"

    @property
    def changes_nothing(self) -> bool:
        return not any(group.filings for name, group in self.groups.items() if name != "still_fail")

    def filing(self, row: int) -> int:
        return self.filings["filing"][row]

    def reading(self, row: int) -> Reading:
        """The filing as the edited rule reads it."""
        return reading_of(self.after.on(self.ledger), row, self.after.conditions)


def effect_of(
    ledger: Ledger, filings: pl.DataFrame, before: Mapping[str, Judge], after: Judge, unstorable: int = 0
) -> Effect:
    """`filings` says by which edition each row of the ledger is judged, `before` how that edition has the rule."""
    new = after.outcomes(ledger)
    old, blocked = pl.Series([None] * len(new), dtype=pl.Boolean), pl.Series([False] * len(new), dtype=pl.Boolean)
    before = {code: before[code] for code in filings["edition"].unique(maintain_order=True)}
    for code, judge in before.items():
        own = filings["edition"] == code
        old = judge.outcomes(ledger).zip_with(own, old)
        blocked = blocked | (own & (judge.level == "error"))
    columns = {"old": old, "new": new, "blocked": blocked, "headline": headline_in(filings)}
    named = pl.DataFrame(columns).select(
        "headline",
        failed=pl.col("old").eq_missing(False),
        group=_group(after.level == "error"),
        row=pl.int_range(pl.len()),
    )
    total = _money(named["headline"].sum())
    groups = {}
    for name in GROUPS:
        own = named.filter(pl.col("group") == name).sort(["failed", "headline"], descending=True, maintain_order=True)
        carried = _money(own["headline"].sum())
        failed = own["failed"].sum()
        groups[name] = EffectGroup(name, own["row"].to_list(), failed, carried, share(carried, total))
    return Effect(ledger, filings, before, after, groups, len(new) - new.null_count(), total, unstorable)


def _group(blocks: bool) -> pl.Expr:
    """What happens to a filing; nothing where it passes as before, or the rule says as little of it as before."""
    old, new, blocked = pl.col("old"), pl.col("new"), pl.col("blocked")
    fails, failed = new.eq_missing(False), old.eq_missing(False)
    return (
        pl.when(fails & ~failed)
        .then(pl.lit("newly_fail"))
        .when(fails & (blocked != blocks))
        .then(pl.lit("now_block" if blocks else "no_longer_block"))
        .when(fails)
        .then(pl.lit("still_fail"))
        .when(failed & new.eq_missing(True))
        .then(pl.lit("newly_pass"))
        .when(old.is_not_null() & new.is_null())
        .then(pl.lit("no_longer_applies"))
    )


def read_by(judges: Sequence[Judge]) -> dict[str, Meaning]:
    """The columns the judges read."""
    return {label: meaning for judge in judges for label, meaning in labels_of(judge.conditions).items()}


def headline_in(filings: pl.DataFrame) -> pl.Series:
    """In a type that holds the sum of all. A blank carries nothing, nor does a draft: what its firm has not sent is not
    the office's to add up."""
    sent = pl.when(pl.col("submission").is_not_null()).then(pl.col("headline").cast(pl.Int128))
    return filings.select(sent.fill_null(0).alias("headline")).to_series()


def _money(hundredths: int) -> Decimal:
    return Decimal(int(hundredths)).scaleb(-CENT)


@dataclass(frozen=True)
class FilingBeforeAndAfter:
    """One filing of the list: how the rule found it before and finds it now. Of a draft it says where something does
    not hold, without the figures."""

    row: int
    is_draft: bool
    headline: Decimal
    before: str
    after: str

    @property
    def headline_words(self) -> str:
        return f"{self.headline:,.2f}"


def tell(effect: Effect, rows: Sequence[int]) -> list[FilingBeforeAndAfter]:
    """In words, for the filings that are shown."""
    rows = list(rows)
    shown, whose = replace(effect.ledger, frame=effect.ledger.frame[rows]), effect.filings[rows]
    headline, drafts = headline_in(whose), whose["submission"].is_null().to_list()
    after = _words(effect.after, shown, range(len(rows)), drafts)
    before = [""] * len(rows)
    for code, judge in effect.before.items():
        own = [place for place, edition in enumerate(whose["edition"]) if edition == code]
        for place, words in zip(own, _words(judge, shown, own, drafts), strict=True):
            before[place] = words
    return [
        FilingBeforeAndAfter(row, drafts[place], _money(headline[place]), before[place], after[place])
        for place, row in enumerate(rows)
    ]


def _words(judge: Judge, shown: Ledger, places: Sequence[int], drafts: Sequence[bool]) -> list[str]:
    """通过, 不适用, or both sides of what does not hold; of a draft only where."""
    if not judge.conditions:
        return ["没有这条" if not judge.level else "不适用" for _ in places]
    outcomes = judge.outcomes(shown)
    wrong: dict[int, list[Condition]] = {}
    for row, condition in failing(judge.conditions, judge.on(shown)).iter_rows():
        wrong.setdefault(row, []).append(judge.conditions[condition])
    return [
        _finding(wrong[place], None if drafts[place] else reading_of(judge.on(shown), place, wrong[place]))
        if place in wrong
        else ("通过" if outcomes[place] else "不适用")
        for place in places
    ]


def _finding(wrong: Sequence[Condition], reading: Reading | None) -> str:
    words = f"{wrong[0].place}：{_sides(wrong[0], reading) if reading else '不符'}"
    return words if len(wrong) == 1 else f"{words}（另有 {len(wrong) - 1} 处）"


def _sides(condition: Condition, reading: Reading) -> str:
    with localcontext(EXACT):
        return condition.teller(reading).words


def reading_of(ledger: Ledger, row: int, conditions: Sequence[Condition]) -> Reading:
    """One row of a ledger as the rules read a filing: only what these conditions need."""
    return next(replace(ledger, frame=ledger.frame.slice(row, 1)).readings(conditions))
