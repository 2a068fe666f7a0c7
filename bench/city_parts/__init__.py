"""What bench/city.py is made of: the city it fills, the cubes it compares, the pages it asks."""
