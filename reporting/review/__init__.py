"""The pages of those who review: the district's and the city's first page, queues, requests, one submission."""
