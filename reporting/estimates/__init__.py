"""估计: what the firms that have not filed are likely to say, and between which ends the totals will come to lie.

Missing is not zero, and an estimate is no figure: nothing here is stored in the record, enters a total or a release, or
stands where a figure stands without its word. A filing that comes takes the place of its estimate. Statistics in
floating point; everything follows from the figures, nothing is drawn by chance.

`predicting`, `standing`, `lateness` and `intervals` are arithmetic on arrays and know no period; `reading` brings them
the figures of one, `kept` what does not change of those locked, `night` what the page of the last evening shows,
`replaying` how it went in a period that is over."""
