"""The binding that makes every part of a rule a column, exactly, for any engine of columns."""
