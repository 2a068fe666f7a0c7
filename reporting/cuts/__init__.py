"""Totals cut as one likes: by what describes a firm, over any indicators and periods, down to the firms."""
