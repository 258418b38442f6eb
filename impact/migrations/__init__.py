"""How the tables of impact came to be."""
