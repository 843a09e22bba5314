"""What is stuck, lost or forgotten is found here and put back on its way."""
