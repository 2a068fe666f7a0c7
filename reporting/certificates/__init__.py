"""填报情况证明: a firm's record, certified, and verified by anybody."""
