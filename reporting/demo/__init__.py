"""A plausible city to show: firms, their figures for two years, and every state a filing can be in. All invented."""
