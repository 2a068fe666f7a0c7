"""评比: how the districts did, by what measures, frozen at the lock."""
