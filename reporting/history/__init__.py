"""Imported history (导入历史): past periods from a workbook, read and checked row by row, then all of it or nothing."""
