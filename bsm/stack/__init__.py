"""One command for the whole portal: embedded databases and a supervisor. No Django inside."""
