"""The rows of the official form as markup.

Everything else is a template. An annual form has hundreds of cells, and a template with an include for each took three
fifths of the page's processor time; written here it is a tenth of that.
"""

from html import escape

from django.utils.safestring import SafeString, mark_safe

from reporting.pages.grid import Grid, GridCell, GridRow

PICKED = {"code", "activity", "region"}  # kinds that static/sheet/codes.js knows how to write

UNIT_OF_THE_TABLE = "unit"  # the element in its head (templates/firm/sheet.html)
NEXT_GROUP = "</tbody>\n<tbody>"


def rows_of(grid: Grid, may_write: bool) -> SafeString:
    """The body of the form's table; plain text in the cells where nobody may write. Each heading begins a body of its
    own, so that it heads these rows and no others."""
    rows: list[str] = []
    for row in grid.rows:
        if row.indicator.is_heading and rows:
            rows.append(NEXT_GROUP)
        rows.append(row_of(row, grid, may_write))
    return mark_safe("\n".join(rows))  # noqa: S308 - every text in it went through escape


def row_of(row: GridRow, grid: Grid, may_write: bool) -> str:
    indicator = row.indicator
    if indicator.is_heading:
        locked = f'<td class="locked" colspan="{len(grid.columns)}"></td>'
        return f'<tr class="group"><th scope="rowgroup">{escape(indicator.name)}</th>{locked}</tr>'
    unit = unit_of(row, grid)
    cells = (
        answers_of(row, grid, unit, may_write) if grid.is_questionnaire else "".join(figures_of(row, unit, may_write))
    )
    of = f' data-of="{escape(indicator.parent)}"' if indicator.parent else ""
    head = head_of(row, grid, may_write)
    return f'<tr data-row="{escape(indicator.code)}"{of}{measured(row.measure)}>{head}{cells}</tr>'


def unit_of(row: GridRow, grid: Grid) -> str:
    """Which element says the unit of the row's figures: a reader hears it with each of them."""
    if row.unit:
        return f"unit-{escape(row.indicator.code)}"
    return UNIT_OF_THE_TABLE if grid.unit else ""


def head_of(row: GridRow, grid: Grid, may_write: bool) -> str:
    """What must be filled is marked for who can fill it."""
    indicator, more = row.indicator, ""
    if row.unit:
        more += f' <span class="unit" id="{unit_of(row, grid)}">（{escape(row.unit)}）</span>'
    if may_write and indicator.required:
        zero = "" if grid.is_questionnaire else "，没有发生额请填 0"
        said = '<span class="visually-hidden">必填</span>'
        more += f'<span class="muted no-print" title="必填{zero}">&nbsp;▪{said}</span>'
    elif may_write and row.one_of:
        more += f' <span class="unit no-print">（{escape("、".join(row.one_of))} 必填其一）</span>'
    code = f'<span class="code">{escape(indicator.code)}</span>'
    return f'<th scope="row" class="depth-{indicator.depth}">{code} {escape(indicator.name)}{more}</th>'


def answers_of(row: GridRow, grid: Grid, unit: str, may_write: bool) -> str:
    """Of a questionnaire: all controls of a row in one cell of the page."""
    answers = "".join(
        f"<div {place_of(cell)}>{label_of(cell, grid)}{cell_of(cell, unit, may_write)}</div>"
        for cell in row.cells
        if cell
    )
    return f'<td class="wide">{answers}</td>'


def label_of(cell: GridCell, grid: Grid) -> str:
    """Which of the row's answers it is; on paper the first goes without saying, as in the PDF."""
    if not cell.is_stacked:
        return ""
    unprinted = " no-print" if cell.label == grid.columns[0].label else ""
    return f'<span class="hint{unprinted}">{escape(cell.label)}</span>'


def figures_of(row: GridRow, unit: str, may_write: bool) -> list[str]:
    nothing = '<td class="locked not-here"></td>'
    return [f"<td {place_of(cell)}>{cell_of(cell, unit, may_write)}</td>" if cell else nothing for cell in row.cells]


def place_of(cell: GridCell) -> str:
    theirs = " data-theirs" if cell.theirs else ""
    more = zero_of(cell) + ("" if cell.locked else known_of(cell))  # a cell may open while others are typed
    return f'class="{cell.marks}" data-cell="{escape(cell.key)}"{measured(cell.measure)}{theirs}{more}'


def zero_of(cell: GridCell) -> str:
    return f' data-zero="{cell.zero}"' if cell.zero else ""


def known_of(cell: GridCell) -> str:
    """What the form's script may fill in (static/sheet/offers.js)."""
    if not cell.known:
        return ""
    return f' data-known="{escape(cell.known.text)}" data-source="{escape(cell.known.source)}"'


def measured(measure: str) -> str:
    return f' data-measure="{escape(measure)}"' if measure else ""


def cell_of(cell: GridCell, unit: str, may_write: bool) -> str:
    """The control, or the figure where nobody types, and what is said beside it."""
    says, key = cell.says, escape(cell.key)
    hidden = "" if says else " hidden"
    said = f'<span class="cell-says" id="says-{key}"{hidden}>{escape("；".join(says))}</span>'
    offered = offer_of(cell, key) if may_write else ""
    return control_of(cell, key, unit, may_write) + said + offered


def offer_of(cell: GridCell, key: str) -> str:
    if not cell.offered or cell.locked:
        return ""
    return f'<span class="cell-offered" id="offered-{key}">已代填：{escape(cell.offered)}</span>'


def control_of(cell: GridCell, key: str, unit: str, may_write: bool) -> str:
    if cell.locked:
        why = escape(cell.locked)
        shown = escape(cell.shown) or f'<span class="none" role="img" aria-label="{why}">—</span>'
        return f'<span class="locked-figure" id="cell-{key}" tabindex="-1" title="{why}">{shown}</span>'
    if not may_write:
        return f'<span class="locked-figure" id="cell-{key}" tabindex="-1">{escape(cell.shown or cell.text)}</span>'
    if cell.kind == "codes" and cell.choices:
        return boxes_of(cell, key)
    return list_of(cell, key) if cell.choices and not cell.suggestions else box_of(cell, key, unit)


def remarks_of(cell: GridCell, key: str, unit: str = "") -> str:
    """What a reader hears after the name: that it must be filled, that it is wrong, its unit, what is said of it."""
    required = ' aria-required="true"' if cell.is_required else ""
    wrong = ' aria-invalid="true"' if cell.errors else ""
    return required + wrong + described_by(unit if cell.is_figure and not cell.measure else "", said_at(cell, key))


def said_at(cell: GridCell, key: str) -> str:
    """Where what is said of the cell stands: its findings, and from where it was filled in."""
    return " ".join([*(["says-" + key] if cell.says else []), *(["offered-" + key] if cell.offered else [])])


def described_by(*places: str) -> str:
    said = " ".join(place for place in places if place)
    return f' aria-describedby="{said}"' if said else ""


def box_of(cell: GridCell, key: str, unit: str) -> str:
    figure = ' inputmode="decimal"' if cell.is_figure else ""
    offered = ""
    if cell.suggestions:
        list_name = escape(cell.suggestions)
        offered = f' list="list-{list_name}"'
        offered += f' data-list="{list_name}" data-choose="{cell.kind}"' if cell.kind in PICKED else ""
    name = f'aria-label="{escape(cell.name)}"'
    return (
        f'<input id="cell-{key}" name="{key}" value="{escape(cell.text)}" {name}{figure} autocomplete="off"'
        f' maxlength="200"{offered}{remarks_of(cell, key, unit)}>'
    )


def list_of(cell: GridCell, key: str) -> str:
    """What was typed and is no choice stays one."""
    options = [
        f'<option value="{escape(code)}"{chosen(code == cell.text)}>{escape(name)}</option>'
        for code, name in cell.choices
    ]
    if cell.unlisted:
        options.append(f"<option selected>{escape(cell.unlisted)}</option>")
    name = f'aria-label="{escape(cell.name)}"'
    choose = ' data-choose="code"' if cell.kind == "code" else ""
    return (
        f'<select id="cell-{key}" name="{key}" {name}{choose}{remarks_of(cell, key)}>'
        f'<option value="">（请选择）</option>{"".join(options)}</select>'
    )


def chosen(is_so: bool) -> str:
    return " selected" if is_so else ""


def boxes_of(cell: GridCell, key: str) -> str:
    """Of several codes; the hidden companion says that the cell was sent when none is ticked."""
    ticked = set(cell.chosen)
    boxes = [tick_of(key, code, name, code in ticked) for code, name in cell.choices]
    boxes += [tick_of(key, code, code, True) for code in cell.unlisted_codes]
    companion = f'<li hidden><input type="hidden" name="{key}" value=""></li>'
    group = f'role="group" aria-label="{escape(cell.name)}"{described_by(said_at(cell, key))}'
    return f'<div {group}><ul class="checks" id="cell-{key}">{"".join(boxes)}{companion}</ul></div>'


def tick_of(key: str, code: str, name: str, is_ticked: bool) -> str:
    ticked = " checked" if is_ticked else ""
    return f'<li><label><input type="checkbox" name="{key}" value="{escape(code)}"{ticked}> {escape(name)}</label></li>'
