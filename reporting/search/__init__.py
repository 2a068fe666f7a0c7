"""Finding anything of the office's from any of its pages: firms, receipts, people."""
