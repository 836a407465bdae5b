"""The rules: pure functions over values; time and randomness come as arguments."""
