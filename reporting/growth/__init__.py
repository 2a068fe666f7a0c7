"""Growth, both kinds of it side by side, and the bridge between them: from last year's published level over the firms
that came, left, moved and were reclassified, and what they restated, to the comparable base and this year's level."""
