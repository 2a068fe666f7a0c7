"""演练: the real forms and the real road without consequence. Whom a practice is opened for (`choosing`), opening and
wiping it (`opening`), how it goes for one person (`going`), and that its addresses lead into it and nowhere else
(`addresses`). That nothing practised is met outside is reporting.models.practice."""
