"""A firm's own workbook with the cells coloured and commented that were refused or that may be a mistake."""

from collections import defaultdict
from collections.abc import Iterator

from forms_tables.workbooks.filled import sheet_and_reference
from reporting.workbooks.upload import CellChange, WorkbookComparison
from text.marking import Mark, marked

REFUSED, DOUBTFUL = "FFF8CBC6", "FFFFE699"
AUTHOR = "上传核对"


def marked_copy(compared: WorkbookComparison, content: bytes) -> bytes:
    """`content` is what was compared. Nothing else of it is changed."""
    cells: dict[str, dict[str, Mark]] = defaultdict(dict)
    for place, colour, words in marks(compared):
        sheet, reference = sheet_and_reference(place)
        there = cells[sheet].get(reference)
        cells[sheet][reference] = (
            Mark(colour, words) if there is None else Mark(there.colour, f"{there.words}\n{words}")
        )
    return marked(content, cells, AUTHOR)


def has_marks(compared: WorkbookComparison) -> bool:
    return next(marks(compared), None) is not None


def marks(compared: WorkbookComparison) -> Iterator[tuple[str, str, str]]:
    """Place, colour and sentence; what was refused comes first, and keeps its colour."""
    for place, sentence in zip(compared.places, compared.problems, strict=False):
        yield place, REFUSED, sentence
    for change in compared.changes:
        if change.place and (sentence := doubt_about(change)):
            yield change.place, DOUBTFUL, sentence
    for one in compared.passed_over:
        yield one.place, DOUBTFUL, f"这一格由系统填写，不采用工作簿里的“{one.typed}”。{one.why}"


def doubt_about(change: CellChange) -> str:
    before, after = f"“{change.before}”" if change.before else "空白", f"“{change.after}”" if change.after else "空白"
    sentences = []
    if change.by_others:
        sentences.append(f"两边都改过：草稿在工作簿下载之后又保存为{before}，这里是{after}，存入时请选以哪一边为准。")
    elif change.is_blanked:
        sentences.append(f"存入后草稿里的{before}将被清空。{change.locked}")
    if change.is_hidden:
        sentences.append("这一格在工作簿里是隐藏的，内容照样读取。")
    return "".join(sentences)
