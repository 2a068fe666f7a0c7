"""名录导入: the workbook read row by row, judged without a lock, kept while a worker tries it, then all or nothing."""
