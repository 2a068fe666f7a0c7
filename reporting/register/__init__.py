"""名录: firms and what is known of them, applications, moves, and the register by Excel."""
