"""The outbox: letters as rows, sent by workers, what servers and returned letters answer, addresses that take none.
It knows nobody of the register and no filing; of the rest of accounts only the clock, the journal and who may."""
