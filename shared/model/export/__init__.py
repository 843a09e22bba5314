"""What is exported for analysis: two tables, their columns, and the rows of a transcript."""
