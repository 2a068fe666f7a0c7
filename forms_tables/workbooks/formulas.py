"""Turns a formula of the definitions into one for Excel, where Excel can say it. The answer is never read back."""

import ast
from collections.abc import Callable, Mapping
from decimal import Decimal

from forms_tables.edition.model import Edition, Indicator

# (code, column key) -> where that cell stands, as written from the sheet being filled; nothing when it is not there.
ReferenceOf = Callable[[str, str], str | None]


class NotForExcel(Exception):
    """The formula reads something the workbook does not hold."""


def excel_formula(
    edition: Edition,
    indicator: Indicator,
    key: str,
    reference_of: ReferenceOf,
    parameters: Mapping[str, Decimal | None],
) -> str | None:
    """The Excel formula of a computed cell: blank while anything it reads is blank, rounded as the cell is."""
    text = indicator.formula_in(key)
    if not text or not indicator.is_figure:
        return None
    writing = FormulaWriting(edition, indicator, key, reference_of, parameters)
    try:
        body = writing.write_cell(ast.parse(text, mode="eval").body)
    except (NotForExcel, SyntaxError):
        return None
    count = f"COUNT({','.join(dict.fromkeys(writing.read))})={len(set(writing.read))}"
    return f'=IF({count},{body},"")' if writing.read else None


class FormulaWriting:
    def __init__(
        self,
        edition: Edition,
        indicator: Indicator,
        key: str,
        reference_of: ReferenceOf,
        parameters: Mapping[str, Decimal | None],
    ) -> None:
        self.symbols = {row.symbol: row.code for row in edition.indicators.values()}
        self.indicator = indicator
        self.key = key
        self.reference_of = reference_of
        self.parameters = parameters
        self.read: list[str] = []

    def write_cell(self, node: ast.expr) -> str:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "growth":
            now, before = (self.write(argument) for argument in node.args)
            return f'IF({before}>0,ROUND(({now}/{before}-1)*100,{self.decimals}),"")'
        return f"ROUND({self.write(node)},{self.decimals})"

    @property
    def decimals(self) -> int:
        decimals = self.indicator.decimals_in(self.key)
        return 2 if decimals is None else decimals

    def write(self, node: ast.expr) -> str:
        match node:
            case ast.BinOp(left, ast.Add(), right):
                return f"{self.write(left)}+{self.write(right)}"
            case ast.BinOp(left, ast.Sub(), right):
                return f"{self.write(left)}-{self.write_factor(right)}"
            case ast.BinOp(left, ast.Mult(), right):
                return f"{self.write_factor(left)}*{self.write_factor(right)}"
            case ast.UnaryOp(ast.USub(), operand):
                return f"(-{self.write(operand)})"
            case ast.Constant(int() | float() as number) if not isinstance(number, bool):
                return str(number)
            case ast.Attribute(ast.Name(symbol), key) if symbol in self.symbols:
                return self.refer(self.symbols[symbol], key)
            case ast.Name(name) if name in self.symbols:
                return self.refer(self.symbols[name], self.key)
            case ast.Name(name) if name in self.indicator.columns:
                return self.refer(self.indicator.code, name)
            case ast.Name(name) if self.parameters.get(name) is not None:
                return str(self.parameters[name])
        raise NotForExcel

    def write_factor(self, node: ast.expr) -> str:
        """In brackets where a sum or a difference stands behind a minus or beside a times sign."""
        written = self.write(node)
        is_sum = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub)
        return f"({written})" if is_sum else written

    def refer(self, code: str, key: str) -> str:
        reference = self.reference_of(code, key)
        if reference is None:
            raise NotForExcel
        self.read.append(reference)
        return reference
