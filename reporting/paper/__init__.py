"""A filing on paper: the official form as PDF, of drafts and of submissions, with the receipt and its verification."""
