"""导出: what people take out of the platform as a file, at once while it is small, from a worker when it is large."""
