"""The same rules elsewhere: a whole city in polars, in Spark, one filing in the browser."""
