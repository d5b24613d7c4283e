"""What the set-up assistant asks, proposes and checks; its pages are in dashboard/setup/."""
