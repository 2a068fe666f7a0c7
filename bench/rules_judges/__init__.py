"""What bench/rules.py sets its judges against: a made-up city, and the same rules written by hand or exported."""
