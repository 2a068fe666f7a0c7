"""名录导入 as something that lasts: stored when it is uploaded, carried out by a worker, shown, confirmed, imported."""
