"""从财务报表取数: a firm's own 利润表 or 资产负债表, read from a workbook or a paste, held against the rows of a table
it owes, shown, and what the firm ticks put into its draft.

amounts, months, heads, grids, statements read what was given; terms.toml, terms, matching say which name of the books
feeds which row; memory keeps what a firm has confirmed; taking puts figures into the draft.
"""
