"""One out-task told as a story, from need to take-back, in the reading order of the house."""
