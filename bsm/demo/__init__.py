"""A believable company to look around in: made from a seed, labelled, easily removed."""
