"""What several rooms' pages share."""
