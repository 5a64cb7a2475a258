"""What is kept: one SQLite file, and one module for each family of tables."""
