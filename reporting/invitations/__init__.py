"""People in bulk. Firms' accounts: who has none or never used theirs (`inviting`), a preview with its number, the
letters, and how it goes by district and day (`course`); what opens an account is accounts.first_accounts. From a file:
the offices' people (`officials`) and the districts' contacts of 附件2 (`contact_list`)."""
