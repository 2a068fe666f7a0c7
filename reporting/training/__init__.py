"""培训: the association's sessions (sessions, materials), for whom (audiences), the invitation letter (inviting), who
signs up and waits (signing_up), who came and who has never been (attendance), and all of it as workbooks (roster)."""
