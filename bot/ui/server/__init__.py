"""What a server's managers choose and see."""
