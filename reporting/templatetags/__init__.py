"""Tags of all templates, letters among them."""
