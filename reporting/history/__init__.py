"""Imported history (导入历史): past periods from files, read and checked (`reading`), brought in whole, replaced,
withdrawn, and corrected by its firm."""
