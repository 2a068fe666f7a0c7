"""Wrong registrations put right: two entries of one firm merged, a wrong credit code corrected, districts changed for
many firms at once."""
