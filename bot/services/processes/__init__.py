"""Many processes on one database: who answers for which shard."""
