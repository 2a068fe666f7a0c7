"""核看: what the association looks at today beside the districts: what weighs most and is most in doubt, what was
passed unopened, which questions wait; and what it has looked at, so that tomorrow's list is another."""
