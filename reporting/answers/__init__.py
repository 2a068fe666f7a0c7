"""常见问题: questions with the office's answers, written and published by the association (questions), taken from a
conversation without the firm's name (taking), and found by words like the manual's own text (searching)."""
