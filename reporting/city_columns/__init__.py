"""The stored columns of a period: every filing that is open with something typed, or submitted, as a row.

Which figures are judged follows the state: while a filing is with its firm (a draft, returned, being amended) the draft
as it is now, completed; otherwise the frozen figures of its submission in force, with what the register said then. What
is exempt or untouched has no row, and neither has imported history, which is only read beside them. Judging these
columns says of each filing what reporting.filing.judging says of it.

The files lie under MEDIA_ROOT/dataset and may be deleted at any time: they are made again from the record.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial

import polars as pl

from forms_tables.edition.address import CellAddress
from forms_tables.edition.catalog import Edition
from forms_tables.edition.model import FIGURE_KINDS
from forms_tables.judges.city import Ledger, labels_of
from forms_tables.notation.names import Cell, Fact, Meaning, Setting, earlier
from forms_tables.rules.checks import conditions_of
from reporting.city_columns import drafts, frozen
from reporting.city_columns.drafts import DRAFTS, Report
from reporting.city_columns.files import Broken, in_turn, path_of, read, read_there
from reporting.city_columns.kept import FILINGS, SUBMISSIONS, read_submissions
from reporting.city_columns.marks import Parts, mark_of, parts_of
from reporting.city_columns.past import COEFFICIENT_DECIMALS, coefficients, past_cells
from reporting.city_columns.repairing import mended
from reporting.city_columns.scaling import UNSTORABLE, ScaledColumns, together
from reporting.filing.judging import parameters_in
from reporting.models import Period

__all__ = ["Odd", "Stored", "ledger", "load", "refresh"]

KNOWN = ["filing", "enterprise", "district", "edition", "state", "submission", "headline"]
LABEL = re.compile(r"(?:(\w+)\()?([\w.]+)\)?")
HEADLINE_DECIMALS = 2


@dataclass(frozen=True)
class Unstorable:
    """A filing that cannot be a row, and why; it is judged by itself."""

    filing: int
    enterprise: int
    district: str
    edition: str
    state: str
    submission: int | None
    why: str

    @property
    def why_shown(self) -> str:
        """For officials: the figure at fault is its firm's until it is sent."""
        return self.why if self.submission is not None else "草稿里有格式异常的数据"


@dataclass(frozen=True)
class Stored:
    """A ledger and, in the order of its rows, whose they are: filing, enterprise, district (code), edition (code),
    state, submission (none where the draft was judged) and headline figure in hundredths."""

    ledger: Ledger
    filings: pl.DataFrame
    problems: pl.DataFrame  # filing, and as JSON the cells of its draft that cannot stand as they are
    unstorable: tuple[Unstorable, ...]
    mark: str


def ledger(period: Period, labels: Mapping[str, Meaning] | Iterable[str] | None = None, **which) -> Ledger:
    """The columns alone; see `load`."""
    return load(period, labels, **which).ledger


def refresh(period: Period, say: Report | None = None) -> str:
    """Bring the stored columns up to the record, and say under which mark they stand now: the same mark, the same
    columns. Where nothing has changed this is six small questions."""
    parts, mark = _standing(period)
    if all(frozen.is_current(code, parts[code]) for code in parts) and drafts.is_current(period, mark):
        return mark
    with in_turn(f"{period.code}-{DRAFTS}"):
        parts, mark = _standing(period)  # whoever had it before may have done it all
        frozen.refresh(parts)
        return drafts.refresh(period, mark, lambda: _standing(period)[1], say)


def _standing(period: Period) -> tuple[dict[str, Parts], str]:
    """The periods whose filings are read with where each stands, and the mark of it all; asked before anything is read,
    so that what changes meanwhile is found next time."""
    parts = parts_of({period.code, *(code.code for code in earlier(period.parsed).values())})
    # A period that has nothing is not made; it is emptied where all that was imported of it was withdrawn.
    parts = {
        code: each for code, each in parts.items() if each or code == period.code or path_of(code, FILINGS).exists()
    }
    return parts, drafts.mark_of(period, {code: mark_of(each) for code, each in parts.items()})


def load(
    period: Period,
    labels: Mapping[str, Meaning] | Iterable[str] | None = None,
    *,
    edition: Edition | None = None,
    filed_under: str | None = None,
    fresh: bool = True,
) -> Stored:
    """The columns of a period that `labels` names; without labels all that the rules of its edition read.

    `filed_under` narrows it to the filings of one edition (by code). `edition` is the one whose parameters hold, the
    period's own when not given. Without `fresh` what is stored is taken as it is, if anything is.
    """
    reading = partial(_load, period, labels, edition or period.edition, filed_under, fresh)
    return mended(reading, lambda: refresh(period))


def _load(
    period: Period,
    labels: Mapping[str, Meaning] | Iterable[str] | None,
    edition: Edition,
    filed_under: str | None,
    fresh: bool,
) -> Stored:
    mark = refresh(period) if fresh or not _is_stored(period) else ""
    meanings = _meanings(period, edition, labels)
    filings = read_there(period.code, FILINGS)[0].frame
    if filed_under:
        filings = filings.filter(pl.col("edition") == filed_under)
    own = _own_columns(period, filings, [*filter(None, [headline_of(period)]), *_cells(meanings)])
    return _assembled(period, edition, own, meanings, mark)


def _assembled(period: Period, edition: Edition, own: ScaledColumns, meanings: dict[str, Meaning], mark: str) -> Stored:
    """The rows with what was filed before beside them, cut down to the names asked for."""
    past = past_cells(edition, period.parsed, own.frame.select("filing", "enterprise"), _past(meanings))
    beside = past.frame.drop("filing", "enterprise").rename({UNSTORABLE: "unstorable_then"})
    frame = pl.concat([own.frame, beside], how="horizontal")
    frame = frame.with_columns(pl.coalesce(UNSTORABLE, "unstorable_then").alias(UNSTORABLE))
    scales = {**own.scales, **past.scales}
    parameters = parameters_in(edition, period)
    own_k = edition.platform.coefficient.parameter if edition.platform.coefficient else ""
    if own_k in meanings and (found := coefficients(edition, period.parsed, frame, parameters)) is not None:
        numbers = [None if k is None else int(k.scaleb(COEFFICIENT_DECIMALS)) for k in found]
        frame = frame.with_columns(pl.Series(own_k, numbers, dtype=pl.Int64))
        scales[own_k] = COEFFICIENT_DECIMALS
    unstorable = frame.filter(pl.col(UNSTORABLE).is_not_null())
    frame = frame.filter(pl.col(UNSTORABLE).is_null())
    columns = {
        label: _column(label, meaning, frame, scales)
        for label, meaning in meanings.items()
        if not isinstance(meaning, Setting) or label in frame.columns
    }
    # Beside the others first: a column of blanks would else have one row, however many filings there are.
    named = frame.with_columns(list(columns.values())).select(list(columns))
    if not named.columns:
        named = pl.DataFrame({"": [None] * frame.height})
    scales = {label: scales[label] for label in named.columns if label in scales}
    return Stored(
        Ledger(period.parsed, named, scales, parameters, _largest(named, scales)),
        _with_headline(frame, own, period),
        frame.filter(pl.col("problems").is_not_null()).select("filing", "problems"),
        tuple(Unstorable(*row) for row in unstorable.select([*KNOWN[:-1], UNSTORABLE]).rows()),
        mark,
    )


def _is_stored(period: Period) -> bool:
    return all(read(period.code, name, []) is not None for name in (FILINGS, SUBMISSIONS, DRAFTS))


def _meanings(
    period: Period, edition: Edition, labels: Mapping[str, Meaning] | Iterable[str] | None
) -> dict[str, Meaning | None]:
    if labels is None:
        return dict(labels_of(conditions_of(edition, period.parsed.frequency)))
    if isinstance(labels, Mapping):
        return dict(labels)
    return {label: _meaning(edition, label) for label in labels}


def _meaning(edition: Edition, label: str) -> Meaning:
    word, name = LABEL.fullmatch(label).groups()
    if (at := CellAddress.parse(name)).column:
        return Cell(word or "", name, edition.indicators.get(at.code), at.column)
    if name in edition.parameters:
        return Setting(name)
    return Fact.of(word or "", edition.indicators[name]) if name in edition.indicators else Fact(word or "", name)


def _cells(meanings: Mapping[str, Meaning]) -> list[str]:
    """The stored columns that this period's own names rest on."""
    wanted: dict[str, None] = {}
    for meaning in meanings.values():
        match meaning:
            case Cell(period="", key=key):
                wanted[key] = None
            case Fact(period="", code=code):
                wanted |= dict.fromkeys([meaning.key, f"register({code})"])
            case Fact(period="register", code=code):
                wanted[f"register({code})"] = None
    return list(wanted)


def _past(meanings: Mapping[str, Meaning]) -> dict[str, list[str]]:
    wanted: dict[str, dict[str, None]] = {}
    for meaning in meanings.values():
        if isinstance(meaning, Cell | Fact) and meaning.period not in ("", "register"):
            wanted.setdefault(meaning.period, {})[meaning.key] = None
    return {word: list(cells) for word, cells in wanted.items()}


def _own_columns(period: Period, filings: pl.DataFrame, cells: list[str]) -> ScaledColumns:
    """The frozen and the drafted rows together, in the order of the filings."""
    sent_columns = read_submissions(period.code, ["submission", UNSTORABLE, *cells])
    if sent_columns is None:
        raise Broken(path_of(period.code, SUBMISSIONS))
    submissions, _ = sent_columns
    drafted, _ = read_there(period.code, DRAFTS, ["filing", "problems", UNSTORABLE, *cells])
    sent = filings.filter(pl.col("submission").is_not_null())
    at_home = filings.filter("with_firm")
    if not sent["submission"].is_in(submissions.frame["submission"].implode()).all():
        raise Broken(path_of(period.code, FILINGS))
    parts = [
        ScaledColumns(sent.join(submissions.frame, on="submission", how="inner"), submissions.scales),
        ScaledColumns(at_home.join(drafted.frame, on="filing", how="inner"), drafted.scales),
    ]
    rows = together(parts)
    frame = rows.frame if len(rows) else filings.clear()
    return _complete(ScaledColumns(frame.sort("filing"), rows.scales))


def _complete(rows: ScaledColumns) -> ScaledColumns:
    """With the columns that only drafts, or only odd rows, bring along."""
    missing = [name for name in (UNSTORABLE, "problems") if name not in rows.frame.columns]
    return ScaledColumns(
        rows.frame.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in missing), rows.scales
    )


def _column(label: str, meaning: Meaning, frame: pl.DataFrame, scales: dict[str, int]) -> pl.Expr:
    """The column of a name; blank throughout where nothing of it is stored."""
    if isinstance(meaning, Fact) and not meaning.period:
        there = [name for name in (meaning.key, f"register({meaning.code})") if name in frame.columns]
        return pl.coalesce(there).alias(label) if there else pl.lit(None, dtype=pl.String).alias(label)
    name = f"{meaning.period}({meaning.key})" if isinstance(meaning, Fact) and meaning.period != "register" else label
    if name in frame.columns:
        return pl.col(name).alias(label)
    if isinstance(meaning, Cell) and meaning.indicator and meaning.indicator.kind_in(meaning.column) in FIGURE_KINDS:
        scales[label] = meaning.indicator.decimals_in(meaning.column) or 0
        return pl.lit(None, dtype=pl.Int64).alias(label)
    return pl.lit(None, dtype=pl.String).alias(label)


def _largest(frame: pl.DataFrame, scales: Mapping[str, int]) -> dict[str, int]:
    if not scales:
        return {}
    found = frame.select(pl.col(label).abs().max() for label in scales)
    return {label: largest or 0 for label, largest in zip(found.columns, found.row(0), strict=True)}


def _with_headline(frame: pl.DataFrame, own: ScaledColumns, period: Period) -> pl.DataFrame:
    cell = headline_of(period)
    if cell not in own.scales:
        return frame.with_columns(pl.lit(None, dtype=pl.Int64).alias("headline")).select(KNOWN)
    places = own.scales[cell] - HEADLINE_DECIMALS
    figure = pl.col(cell) // 10**places if places >= 0 else pl.col(cell) * 10**-places
    return frame.with_columns(figure.alias("headline")).select(KNOWN)


def headline_of(period: Period) -> str:
    """The cell of the edition's headline figure; nothing where it names none."""
    return period.edition.platform.headline(period.parsed.frequency)
