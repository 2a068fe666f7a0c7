"""What rules say against each other, proven before anybody files by them."""
