"""发布: who is missing at a lock, what a lock and a correction freeze, how it is written again, what was revised."""
