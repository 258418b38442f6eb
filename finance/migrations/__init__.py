"""How the tables of finance came to be."""
