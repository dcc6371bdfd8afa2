"""What lasts: checkpoints, runs, reviews and leases, in one database."""
