"""The notation of rules: how a text is spelt and parsed, what a name means, and the binding for one filing in
Decimals."""
