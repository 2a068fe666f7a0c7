"""修订: what a change of an edition does to real filings, what keeps it from being published, and its way by Excel."""
