"""What ./run and ./test share: the environment, servers out of wheels, keeping children. Standard library only."""
