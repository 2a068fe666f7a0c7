"""What is around every page and belongs to none: the navigation, the period in force, the manual."""
