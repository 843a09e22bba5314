"""What comes from others: what wheels bring, told in NOTICE and in the bill of materials."""
