"""What machines that watch the bridge are given: figures, log lines and errors, with no secret or person in them."""
