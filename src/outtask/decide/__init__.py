"""What to hand out and what to keep: the inventory, the seven steps, the ranking, the model of sourcing."""
