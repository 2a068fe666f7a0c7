"""What is around every page: the frame, which period, files that wait for a confirmation, the manual."""
