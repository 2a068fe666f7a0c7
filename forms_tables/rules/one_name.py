"""One name, one thing. Whoever codes a row M2010 would take over the name of row 2010, and every rule that reads it: a
code is refused where its name in the notation is another's, also one that only looks alike (m2010, Ｍ2010)."""

import keyword
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache

from forms_tables.edition.model import Edition, Indicator
from forms_tables.notation.names import MOMENTS, PEOPLE
from forms_tables.notation.trees import BACKWARD, FUNCTIONS, PLAIN_NAME, NotationError, names_in, parse
from forms_tables.rules.proofreading import Slip

OF_THE_NOTATION = {
    **dict.fromkeys(FUNCTIONS, "函数"),
    **dict.fromkeys(BACKWARD, "读以往报表和名录的词"),
    **dict.fromkeys((*MOMENTS, *PEOPLE, "x"), "固有的名称"),
}
Named = Mapping[str, str]  # a name, and in words whose it is


def objection_to(name: str, edition: Edition, code_list: str = "") -> str:
    """Why nothing new of the edition may have this name in the notation; nothing where it may. A row may be called as
    the list it is filled in from (A45)."""
    named = {_alike(word): whose for word, whose in OF_THE_NOTATION.items()}
    named |= {_alike(given): whose for given, whose in _names_given(edition)}  # EPS is entered, eps(…) reads it
    return _objection(name, named, edition, code_list)


def clashes_in(edition: Edition) -> Iterator[Slip]:
    """The parameters and rows that have the name of something else; of two the later is told."""
    named: dict[str, str] = {}
    lists = {row.symbol: row.code_list for row in edition.indicators.values()}
    codes = [*edition.parameters, *edition.indicators]
    for code, (name, whose) in zip(codes, _names_given(edition), strict=True):  # named as `_alike` has them
        if reason := _objection(name, named, edition, lists.get(name, "")):
            yield Slip(code, name, reason)
        named.setdefault(_alike(name), whose)
    whole = dict(_names_given(edition))
    for indicator in edition.indicators.values():
        yield from _columns_taken(indicator, {name: whole[name] for name in indicator.columns if name in whole})


@lru_cache(maxsize=16)
def ambiguous_names(edition: Edition) -> frozenset[str]:
    """What a text of the edition cannot say without meaning two things."""
    return frozenset(name for name, times in Counter(name for name, _ in _names_given(edition)).items() if times > 1)


def _names_given(edition: Edition) -> Iterator[tuple[str, str]]:
    """Each parameter's and each row's name, and in words whose it is."""
    for name, parameter in edition.parameters.items():
        yield name, f"参数“{parameter.title}”的代号"
    for indicator in edition.indicators.values():
        yield indicator.symbol, f"{indicator.place()}的名称"


def _objection(name: str, named: Named, edition: Edition, code_list: str) -> str:
    if not PLAIN_NAME.fullmatch(name) or "__" in name:
        return f"“{name}”不能作公式里的名称：只用半角英文字母和数字，以字母开头，最多40个字符"
    if name in OF_THE_NOTATION or keyword.iskeyword(name) or keyword.iskeyword(name.lower()):
        return f"“{name}”是公式里的{OF_THE_NOTATION.get(name, '词')}，不能再作代码"
    if whose := named.get(_alike(name)):
        return f"公式里的“{name}”已是{whose}，一个名称不能有两个意思，请换一个代码"
    for each in edition.code_lists.values():
        if _alike(each.code) == _alike(name) and each.code != code_list:
            return f"“{name}”已是代码表“{each.title}”的代号，请换一个代码"
    return ""


def _alike(name: str) -> str:
    """The same for names that a reader may take for one another: Ｍ2010 and m2010 for M2010."""
    return unicodedata.normalize("NFKC", name).casefold()


def _columns_taken(indicator: Indicator, taken: Named) -> Iterator[Slip]:
    """Texts of a row that name one of its columns by itself (growth(c1, c2)), where that is `taken`: another's name."""
    for key in indicator.columns if taken else ():
        for text in filter(None, (indicator.column(key).carry, indicator.formula_in(key))):
            for name in _bare_names(text) & taken.keys():
                reason = f"“{name}”既是这一行的列，又是{taken[name]}，一个名称不能有两个意思"
                yield Slip(f"{indicator.code}.{key}", text, reason)


def _bare_names(text: str) -> set[str]:
    try:
        return {name.code for name in names_in(parse(text)) if not name.column}
    except NotationError:
        return set()  # told by itself
