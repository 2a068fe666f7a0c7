"""One person takes another's place: a firm's account whose mailbox or person is gone (账号移交), a colleague who left,
an official's desk. Always another account: what the one before did stays under their name."""
