"""Live benchmarks: predicted, run, explained."""
