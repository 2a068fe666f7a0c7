"""轻重: how much each filing of a period weighs in its district and the city, how far its figures are to be doubted, in
which order it pays to open them and where one may stop. Scores are statistics in floating point; no figure of the
record, of totals or of releases comes out of here."""
