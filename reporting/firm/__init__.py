"""Where the firm fills: its first page, the official form, 数据审核, 确定上报 and what comes of it."""
