"""A firm's workbook: written as a template, read back filled."""
