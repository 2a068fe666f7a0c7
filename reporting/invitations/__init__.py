"""Firms' accounts in bulk: who has none or never used theirs (`inviting`), a preview with its number, the letters, and
how it goes by district and day (`course`). What opens an account is accounts.first_accounts."""
