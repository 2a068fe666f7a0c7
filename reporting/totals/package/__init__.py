"""The ministry's package (报部材料): what the city hands over for a period, so that nobody need touch it."""
