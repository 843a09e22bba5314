"""Tables as Parquet files, written and read back without a library."""
