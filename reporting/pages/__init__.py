"""What several rooms' pages share: the official form as a grid, which period is meant, an upload that waits."""
