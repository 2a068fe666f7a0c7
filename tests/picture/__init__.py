"""The pages of charts and the map."""
