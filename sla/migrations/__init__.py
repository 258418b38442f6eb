"""How the tables of service level management came to be."""
