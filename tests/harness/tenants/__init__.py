"""Every way in, tried by everybody, on what is theirs and on what is not."""
