"""What people and programs ask of batches."""
