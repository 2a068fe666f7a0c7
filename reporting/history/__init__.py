"""Imported history (导入历史): past periods from files, read and checked (`reading`), then all of a file or nothing; replaced,
withdrawn, corrected by its firm."""
