"""图: the pages on which a district and the city look at a period rather than read it. Every chart is a Chart with its
table (reporting.pages.charts), every figure of it one that totals, growth or releases have; the map is inside the
office alone."""
