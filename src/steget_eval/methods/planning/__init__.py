"""How many people a study needs, and what a given number of them can show: arithmetic before there are any data."""
