"""The polling engine: what is due is asked, what was found is flushed once a second."""
