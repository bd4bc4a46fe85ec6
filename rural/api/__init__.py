"""What the field app asks the server."""
