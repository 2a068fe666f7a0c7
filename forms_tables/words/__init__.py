"""Rules and verdicts in the form's words."""
