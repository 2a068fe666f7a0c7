"""催报: who is reminded when, the daily letters to the desks, and the letter an official sends now."""
