"""Adding up what counts: the summary of a period, its workbook and its pages."""
