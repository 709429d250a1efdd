"""What the program takes, in seconds and bytes, side by side with what it is measured against."""
