"""What is written for people and programs: captions, texts, the report."""
