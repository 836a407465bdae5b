"""Live benchmarks of fixed, bounded workloads: one file a demo, all of them listed in ``registry``."""
