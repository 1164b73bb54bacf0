"""Rules in force, what they found in each record, and how often they were met."""
