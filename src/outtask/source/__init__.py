"""Source: the need in writing, whom it is sent to, what they offer, and the choice with its reasons."""
