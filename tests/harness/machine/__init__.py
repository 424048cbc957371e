"""The whole-life machine: random actors do random actions, and each time everything is looked at."""
