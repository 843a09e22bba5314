"""What goes wrong: whose fault, who tries again, who ends, and what people are told."""
