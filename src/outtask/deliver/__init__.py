"""What comes back: milestones, submissions, checks, verdicts, incidents."""
