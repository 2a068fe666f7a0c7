"""One filing: how it is judged, where it stands, whether it was in time."""
