"""A file of past periods read and held against the register: rows of one workbook, or the platform's own forms."""
