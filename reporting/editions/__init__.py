"""制度 as it stands here: drafts, rules and their rehearsal, what a revision changes, which edition is in force."""
