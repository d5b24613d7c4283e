"""What is kept of people: for how long, what is known of a customer, how it is taken out (docs/personal-data.md)."""
